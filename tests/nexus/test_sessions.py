"""What a run of pytest starts and loads: the servers that its tests ask for, and no library before it is needed."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from nexus import paths
from nexus.services import Home
from nexus.services.home import KEEPER
from tests.nexus.services.conftest import wait_for_keeper

HEAVY = {"IPython", "django", "hypothesis", "matplotlib", "nbclient", "nbformat", "nbval", "schemathesis", "sqlalchemy"}
DRIVERS = {"pika", "psycopg", "redis", "requests"}
COLLECTED = ["pytest", "-q", "--collect-only", "tests/nexus/test_lua.py"]
COLLECT = f"import pytest; pytest.main({COLLECTED[1:]})"
START_SECONDS = 1.5  # of the processor, which a person at a prompt does not yet take for a wait
# A chapter's first cell, which notes which start of Redis it met.
OPEN = """
import nexus, pathlib
lab = nexus.open("test-{name}", needs=["redis"])
file = pathlib.Path({met!r}).open("a")
_ = file.write(lab.redis.info("server")["run_id"] + "\\n")
file.close()
"""


def run(*arguments: str, home: Path | None = None) -> str:
    """What pytest says in a process of its own, with servers of its own if a home is named."""
    environment = {**os.environ, **({"NEXUS_HOME": str(home)} if home else {})}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=paths.ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
    return done.stdout + done.stderr


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home of servers")


def test_a_test_without_servers_starts_none_and_holds_no_lease(home: Home) -> None:
    assert "1 passed" in run("tests/test_imports.py", "-k", "installer", home=home.folder)
    assert not home.folder.exists()


def test_collecting_the_systems_starts_no_server(home: Home) -> None:
    assert " tests collected" in run("--collect-only", "tests/systems", home=home.folder)
    assert not home.folder.exists()


def test_a_test_starts_the_server_it_needs_and_no_other(home: Home) -> None:
    assert "1 passed" in run("tests/nexus/test_lua.py", "-k", "forgot", home=home.folder)
    wait_for_keeper(home)
    assert [name for name in ("postgres", "redis", "rabbitmq") if (home.folder / name).exists()] == ["redis"]
    home.remove()


@pytest.fixture
def inside() -> Iterator[Path]:
    """A folder where the clone's conftest.py holds."""
    (paths.ROOT / ".nexus").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=paths.ROOT / ".nexus") as folder:
        yield Path(folder)


def test_two_chapters_meet_the_same_start_of_a_server(home: Home, inside: Path) -> None:
    met = inside / "met"
    notebooks = [str(write(inside / f"{name}.ipynb", OPEN.format(name=name, met=str(met)))) for name in ("a", "b")]
    assert "2 passed" in run("--nbval", *notebooks, home=home.folder)
    wait_for_keeper(home)
    assert len(met.read_text(encoding="utf-8").split()) == 2
    assert len(set(met.read_text(encoding="utf-8").split())) == 1
    home.remove()


def write(path: Path, source: str) -> Path:
    cell = {"cell_type": "code", "id": "one", "metadata": {}, "execution_count": 1, "outputs": [], "source": source}
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    path.write_text(
        json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8"
    )
    return path


def test_slow_tests_run_only_where_they_are_asked_for() -> None:
    assert "no tests collected" in run("--collect-only", "tests/notebooks/test_order.py")
    assert "2 tests collected" in run("--collect-only", "-m", "prove", "tests/notebooks/test_order.py")


@pytest.mark.parametrize(
    ("begin", "unwanted"),
    [
        (f"from nexus.command.cli import main; main({['progress']}, standalone_mode=False)", HEAVY | DRIVERS),
        ("import nexus, nexus.command.cli, nexus.services, nexus.progress", HEAVY | DRIVERS),
        ("import nexus.systems, nexus.command.systems, nexus.command.labserver, nexus.command.report", HEAVY),
        (COLLECT, HEAVY),
    ],
)
def test_a_start_loads_nothing_heavy(begin: str, unwanted: set[str]) -> None:
    look = f"import sys; {begin}; print({unwanted} & {{*sys.modules}})"
    done = alone(sys.executable, "-c", look)
    assert done.stdout.splitlines()[-1] == "set()", done.stdout


@pytest.mark.parametrize("arguments", [["nexus", "progress"], ["nexus", "reset"], ["nexus", "--help"], COLLECTED])
def test_a_start_takes_little_time_of_the_processor(arguments: list[str]) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    alone(sys.executable, "-m", *arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime <= START_SECONDS


def test_a_keeper_waits_without_any_package(tmp_path: Path) -> None:
    done = alone(sys.executable, "-P", "-X", "importtime", str(KEEPER), str(tmp_path / "gone"), check=False)
    assert "FileNotFoundError" in done.stderr  # it has come as far as the locks
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "fcntl" in loaded
    assert not [name for name in loaded if name.split(".")[0] in {"nexus", "psutil", "subprocess"}]


def alone(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command that is not to know of the tests around it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_XDIST_WORKER"}
    return subprocess.run(command, cwd=paths.ROOT, env=environment, capture_output=True, encoding="utf-8", check=check)
