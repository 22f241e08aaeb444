"""Servers and folders of servers to treat badly: each test has its own, in a path with a space, and leaves nothing."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from nexus import paths
from nexus.services import Home, kinds
from nexus.services.home import KEEPER
from nexus.services.server import Server

KIND_NAMES = ("postgres", "redis", "rabbitmq")
WAIT_SECONDS = 60


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home of servers")
    yield home
    home.release()
    home.remove()


@pytest.fixture
def server(home: Home, kind: str) -> Server:
    """A server of this kind that runs. The test is parametrised with the kind."""
    home.folder.mkdir(parents=True)
    server = home.server(kind)
    server.start()
    return server


Run = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def python(home: Home) -> Iterator[Run]:
    """Run Python in a process of its own, with `home` defined. The process is killed at the end of the test."""
    started: list[subprocess.Popen[str]] = []
    begin = f"from pathlib import Path; from nexus.services import Home; home = Home(Path({str(home.folder)!r}))\n"

    def run(code: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-u", "-c", begin + code]
        process = subprocess.Popen(
            command, cwd=paths.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    """The next line that the process prints."""
    assert process.stdout is not None
    return str(process.stdout.readline()).strip()


def keepers(home: Home) -> list[psutil.Process]:
    """The keeper processes of a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if str(KEEPER) in (process.info["cmdline"] or []) and str(home.folder) in process.info["cmdline"]:
            found.append(process)
    return found


def wait_for_keeper(home: Home) -> None:
    """Wait until the folder's keeper has done its work."""
    _, alive = psutil.wait_procs(keepers(home), timeout=WAIT_SECONDS)
    assert not alive, "the keeper still waits: it thinks that somebody uses the servers"


def running(home: Home) -> dict[str, int]:
    """How many processes of each kind of server run in the folder; kinds without one are left out."""
    counts = {name: len(home.server(name).processes()) for name in kinds()}
    return {name: count for name, count in counts.items() if count}
