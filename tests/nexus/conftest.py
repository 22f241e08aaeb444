"""For the tests of the lab: empty rooms, and the few helpers that several of them need.

Fixtures rather than a module to import, because `tests/` holds no packages.
"""

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

import nexus
from nexus import Lab, paths, services
from nexus.lab import Own
from nexus.services import Service
from nexus.services.rabbitmq import unpacked

PATIENCE = 30  # seconds; only a fault ever waits so long


@pytest.fixture
def clone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A clone with one chapter of two exercises, in place of this one. The servers, and RabbitMQ, are this one's."""
    services.home()
    services.lab_home()
    packages = unpacked()
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(paths, "WORK", tmp_path / "work")
    monkeypatch.setenv("NEXUS_HOME", str(tmp_path / ".nexus"))
    (tmp_path / ".nexus").mkdir()
    if packages.exists():
        (tmp_path / ".nexus" / "packages").symlink_to(packages)
    paths.NOTEBOOKS.mkdir()
    cell = {"cell_type": "code", "source": 'check("easy", 1)\ncheck("hard", 2)'}
    (paths.NOTEBOOKS / "00-start.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def fresh_postgres() -> Iterator[Service]:
    """A server without any template yet. It will not outlive a crash, so it need not wait for the disk."""
    own = Own("postgres", {"fsync": "off", "full_page_writes": "off"})
    yield Service("postgres", "embedded", own.url)
    own.remove()


@pytest.fixture
def open_lab(worker_id: str) -> Iterator[Callable[..., Lab]]:
    """Opens rooms that are closed after the test. A worker runs one test at a time, so its own name is enough:
    a name for each test would use up Redis's numbered databases."""
    opened: list[Lab] = []

    def open_one(suffix: str = "", **options: Any) -> Lab:
        opened.append(nexus.open(f"test-{worker_id}{suffix}", **{"needs": ("postgres", "redis"), **options}))
        return opened[-1]

    yield open_one
    for lab in opened:
        lab.close()


@pytest.fixture
def lab(open_lab: Callable[..., Lab]) -> Lab:
    """An empty room on Postgres and Redis."""
    return open_lab()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of the loopback address where nothing answers, and where nobody else can begin to."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Waits until a condition holds, and fails where it does not in good time."""

    def wait_for(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"not within {PATIENCE} s"
            time.sleep(0.01)

    return wait_for


@pytest.fixture
def ended() -> Callable[[psutil.Process], bool]:
    """Whether a process is gone. One that nobody has collected yet counts: who does is no business of ours."""

    def is_gone(process: psutil.Process) -> bool:
        try:
            return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    return is_gone
