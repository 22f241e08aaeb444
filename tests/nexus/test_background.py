"""`nexus.worker`: a Celery worker that runs a chapter's cells, in processes of its own, tied to the room."""

import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

import nexus
from nexus import Lab, NexusError
from nexus.services import ServiceError

CELL = """
import os

@app.task(shared=False, acks_late=True)
def note(word):
    lab.sql("insert into notes values (%s, %s)", [word, os.getpid()])

@app.task(shared=False, acks_late=True, reject_on_worker_lost=True)
def wait(word):
    note(word)
    lab.sql("select from pg_advisory_lock_shared(1)")
"""
CONFIGURED = {
    "task_default_queue_type": "quorum",
    "task_default_exchange_type": "topic",
    "worker_prefetch_multiplier": 1,
}


class Cells:
    """A module as a notebook's kernel is one: `lab`, an app, and what cells define."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.folder = lab, folder
        self.app = Celery("tests", broker=lab.url("rabbitmq"))
        self.app.conf.update(CONFIGURED)
        lab.sql("create table notes (word text, pid int)")

    def run(self, cell: str = CELL) -> Any:
        file = self.folder / "cell.py"
        file.write_text(cell, encoding="utf-8")
        module: Any = types.ModuleType("__main__")
        module.lab, module.app = self.lab, self.app
        exec(compile(cell, str(file), "exec"), module.__dict__)  # noqa: S102 - as a kernel does
        return module

    def words(self) -> list[str]:
        return sorted(self.lab.sql("select word from notes"))


@pytest.fixture
def cells(open_lab: Callable[..., Lab], tmp_path: Path) -> Iterator[Cells]:
    main = sys.modules["__main__"]
    yield Cells(open_lab(needs=("postgres", "rabbitmq")), tmp_path)
    assert sys.modules["__main__"] is main


def test_a_worker_runs_cells_on_the_room_with_rabbitmq(cells: Cells) -> None:
    module = cells.run()
    worker = nexus.worker(cells.app)
    module.note.delay("one")
    worker.settle()
    assert cells.words() == ["one"]
    assert repr(worker) == "a worker"
    children = {process.pid for process in worker.server.processes()[1:]}
    assert cells.lab.sql("select pid from notes")[0] in children


def test_what_was_under_way_at_a_kill_runs_again_rabbitmq(cells: Cells) -> None:
    module = cells.run()
    worker = nexus.worker(cells.app)
    for kill in (worker.kill, worker.kill_children):
        cells.lab.sql("truncate notes")
        with cells.lab.connect() as gate:
            gate.execute("select pg_advisory_lock(1)")
            module.wait.delay("one")
            module.wait.delay("two")
            nexus.until(lambda: cells.words() == ["one", "two"])
            before = {process.pid for process in worker.server.processes()}
            kill()
            worker.start()
        worker.settle()
        assert cells.words() == ["one", "one", "two", "two"]
        survivors = before & {process.pid for process in worker.server.processes()}
        assert len(survivors) == (kill == worker.kill_children)


def test_settle_waits_for_what_is_under_way_rabbitmq(cells: Cells) -> None:
    module = cells.run()
    worker = nexus.worker(cells.app, concurrency=1)
    with cells.lab.connect() as gate:
        gate.execute("select pg_advisory_lock(1)")
        module.wait.delay("one")
        module.note.delay("two")
        nexus.until(lambda: cells.words() == ["one"])
        with pytest.raises(TimeoutError):
            worker._has_settled("celery", seconds=0.5)
    worker.settle()
    assert cells.words() == ["one", "two"]


def test_another_worker_takes_its_place_with_rabbitmq(cells: Cells) -> None:
    cells.run()
    first = nexus.worker(cells.app)
    second = nexus.worker(cells.app)
    assert not first.server.processes()
    assert len(second.server.processes()) == 3


def test_a_closed_room_has_no_worker_of_rabbitmq(cells: Cells) -> None:
    cells.run()
    worker = nexus.worker(cells.app)
    worker.stop()
    worker.start()
    cells.lab.close()
    assert not worker.server.processes()
    assert not worker.server.folder.exists()


def test_a_cell_that_fails_is_one_line_with_rabbitmq(cells: Cells) -> None:
    cells.run(CELL)
    (cells.folder / "cell.py").write_text(CELL + "\nnowhere()\n", encoding="utf-8")
    with pytest.raises(ServiceError, match="tasks did not start: NameError: name 'nowhere' is not defined"):
        nexus.worker(cells.app)


def test_an_app_without_tasks_gets_no_worker(open_lab: Callable[..., Lab]) -> None:
    open_lab(needs=())
    with pytest.raises(NexusError, match="no cell has defined a task"):
        nexus.worker(Celery("tests-without", set_as_current=False))
