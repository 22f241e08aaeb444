"""A worker of Celery's for the tasks that a chapter's cells define: `nexus.worker(app)`.

A worker is another process. In a project it imports the module that defines the tasks; here it runs the cells that do.
"""

import inspect
import linecache
import pickle
import shutil
import uuid
from pathlib import Path
from typing import Any

from celery import Celery
from celery.concurrency.asynpool import AsynPool
from celery.signals import worker_ready

from nexus import services
from nexus.concurrency import until
from nexus.errors import NexusError
from nexus.lab import Lab, current
from nexus.services import Home
from nexus.services.tasks import READY, Tasks

LOOK_SECONDS = 0.1  # how soon a worker sees that a child of it was killed; Celery itself may take 5 s
HOLD = "nexus.hold"
PROGRAM = """import nexus.background
{lab}, {app} = nexus.background.take_up()
{cells}
nexus.background.work({app}, {concurrency})
"""


class Worker:
    """It takes tasks until `stop`, `kill`, or the chapter ends; `start` starts it again."""

    def __init__(self, app: Celery, concurrency: int) -> None:
        self._lab, self._app, self._concurrency = current(), app, concurrency
        self._home = Home(services.own_folder() / f"worker-{uuid.uuid4().hex[:8]}", throw_away=True)
        room = pickle.dumps((self._lab.chapter, self._lab.urls, app.main, dict(app.conf.changes or {})))
        self.server = Tasks(self._home.folder / Tasks.name, source=_program(app, concurrency), state=room)
        self._home.hold()
        self._lab.owned.append(self)
        self.start()

    def __repr__(self) -> str:
        return "a worker"

    def start(self) -> None:
        """Returns when it takes messages. Raises ServiceError with the last line of its log where it does not."""
        self._home.start([self.server])

    def stop(self) -> None:
        """Let it end what it is at, and take nothing new."""
        self.server.stop()

    def settle(self) -> None:
        """Wait until no message waits in the app's queues and no task is under way. With a prefetch of 1."""
        while not all(self._has_settled(queue) for queue in self._app.amqp.queues):
            pass

    def _has_settled(self, queue: str, seconds: float = 60) -> bool:
        """Give each child a task that holds it. When all are held, all that came before is done, or back in the queue:
        RabbitMQ hands out no more at a time than there are children.
        """
        name = uuid.uuid4().hex
        tasks = [f"{name}-{number}" for number in range(self._concurrency)]
        try:
            for task in tasks:
                self._app.send_task(HOLD, [task, name], queue=queue)
            until(lambda: all((self.server.folder / task).exists() for task in tasks), seconds)
            with self._lab.amqp() as connection:
                return not connection.channel().queue_declare(queue, passive=True).method.message_count
        finally:
            (self.server.folder / name).touch()

    def kill(self) -> None:
        """SIGKILL to all its processes at once, as `kill -9` or a power cut does."""
        self.server.kill()

    def kill_children(self) -> None:
        """SIGKILL to the processes that run tasks, as Linux does to one that takes too much memory.

        Returns when the worker has noticed, and has new ones.
        """
        self.server.kill_children()

    def remove(self) -> None:
        self.server.kill()
        self._home.release()
        shutil.rmtree(self._home.folder, ignore_errors=True)


def worker(app: Celery, *, concurrency: int = 2) -> Worker:
    """Start a worker for this app's tasks, in processes tied to this one: one, and `concurrency` children.

    It runs the cells in which the tasks are defined, whole, with this chapter's `lab`. So such a cell holds what its
    tasks need, and does nothing else. A worker that the chapter started before is killed. Raises NexusError where the
    app has no tasks.
    """
    ours = current().owned
    for earlier in [one for one in ours if isinstance(one, Worker)]:
        earlier.remove()
        ours.remove(earlier)
    return Worker(app, concurrency)


def _program(app: Celery, concurrency: int) -> str:
    functions = [function for task in app.tasks.values() if _is_of_a_cell(function := inspect.unwrap(task.run))]
    if not functions:
        raise NexusError("nexus.worker: no cell has defined a task of this app yet")
    lines = {file: linecache.getlines(file) for file in {function.__code__.co_filename for function in functions}}
    files = [file for file in linecache.cache if file in lines]  # in the order in which the cells were run first
    names = {name: value for function in functions for name, value in function.__globals__.items()}
    return PROGRAM.format(
        app=_name_of(names, app, "app"),
        lab=_name_of(names, current(), "lab"),
        cells="\n".join("".join(lines[file]) for file in files),
        concurrency=concurrency,
    )


def _is_of_a_cell(function: Any) -> bool:
    """Celery has tasks of its own, and lets each app have those that a package shares."""
    return bool(function.__module__ == "__main__")


def _name_of(names: dict[str, Any], thing: object, otherwise: str) -> str:
    """What the cells call it."""
    return next((name for name, value in names.items() if value is thing), otherwise)


class JoinedLab(Lab):
    """The room that another process opened."""

    def __init__(self, chapter: str, urls: dict[str, str]) -> None:
        self.chapter, self.urls = chapter, urls


def take_up() -> tuple[Lab, Celery]:
    """The room and the app of the process that started this one."""
    chapter, urls, main, changes = pickle.loads(Path("room").read_bytes())  # noqa: S301 - our own, in a private folder
    app = Celery(main)
    app.conf.update(changes)
    return JoinedLab(chapter, urls), app


def hold(task: str, until_there: str) -> None:
    """A task that says that it runs, and does so until its caller says otherwise. Both do so by a file."""
    Path(task).touch()
    until(Path(until_there).exists)


def work(app: Celery, concurrency: int) -> None:
    """Take tasks until asked to end."""
    app.task(name=HOLD, acks_late=True, shared=False)(hold)
    app.conf.worker_enable_remote_control = False  # nobody asks
    setattr(AsynPool, "timers", property(lambda pool: {pool.maintain_pool: LOOK_SECONDS}))  # noqa: B010 - no option
    worker_ready.connect(lambda **options: Path(READY).touch(), weak=False)
    options = [f"--concurrency={concurrency}", "--pool=prefork", "--hostname=worker@localhost", "--loglevel=WARNING"]
    app.worker_main(["worker", "--without-gossip", "--without-mingle", *options])
