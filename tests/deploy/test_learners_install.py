"""A learner's install: it is small, and enough for all that a learner does. `make prove` runs this."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nexus.command import chapters
from tests.deploy.clones import Clone, clone_for
from tests.deploy.test_requirements import imported

pytestmark = [pytest.mark.prove, pytest.mark.timeout(900)]

MOST_MEGABYTES = 500
# Every module of ours, and every package that a chapter's cells import; of the contributors' packages, none.
IMPORTS = """
import importlib, importlib.util, pkgutil, sys
import django, nexus, exercises, systems
django.setup()
for package in (nexus, exercises, systems):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if module.name.rpartition(".")[2] not in ("__main__", "install", "manage"):
            importlib.import_module(module.name)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*(name for name in ("pytest", "nbval", "mypy", "ruff", "sphinx", "strawberry") if importlib.util.find_spec(name)))
"""
NO_SERVERS = {
    "DJANGO_SETTINGS_MODULE": "systems.settings",
    "SYSTEMS_DATABASE_URL": "postgresql://none/none",
    "SYSTEMS_REDIS_URL": "redis://none",
    "SYSTEMS_BROKER_URL": "amqp://none",
    "SYSTEMS_SECRET_KEY": "0123456789-for-the-import-of-modules-and-nothing-else",
}
ONE_OF_EACH_KIND = ("11", "20", "32", "40")  # HTTP, SQL, GraphQL and Redis; test_binder.py runs all chapters


@pytest.fixture(scope="module")
def clone() -> Iterator[Clone]:
    with clone_for("ordinary" if os.geteuid() == 0 else "root") as clone:
        done(clone, "make", "install")
        yield clone


def done(clone: Clone, *command: str) -> str:
    run = clone.run(*command)
    said, _ = run.communicate()
    assert run.returncode == 0, said[-5000:]
    return str(said)


def megabytes(folder: Path) -> int:
    """As the file system gives them out."""
    return int(subprocess.check_output(["du", "-sm", folder], encoding="utf-8").split()[0])


def test_it_takes_at_most_half_a_gigabyte(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    size = megabytes(clone.folder / ".venv")
    with capsys.disabled():
        print(f"\na learner's packages: {size} MB")
    assert size <= MOST_MEGABYTES


def test_it_has_all_that_a_learner_imports_and_no_more(clone: Clone) -> None:
    cells = {name for chapter in chapters.stored() for name in imported(chapter)}
    settings = [f"{name}={value}" for name, value in NO_SERVERS.items()]
    assert done(clone, "env", *settings, ".venv/bin/python", "-c", IMPORTS, *sorted(cells)) == "\n"


def test_it_runs_chapters_with_the_stored_outputs(clone: Clone) -> None:
    done(clone, ".venv/bin/nexus", "run", *ONE_OF_EACH_KIND)
    assert done(clone, "git", "status", "--porcelain", "notebooks") == ""
    for command in ("progress", "status"):
        done(clone, ".venv/bin/nexus", command)
    doctor, _ = clone.run(".venv/bin/nexus", "doctor").communicate()
    assert [line for line in doctor.splitlines() if not line.startswith(("✓", "-", "✗ rabbitmq: "))] == []


def test_a_contributors_command_in_it_says_what_to_type(clone: Clone) -> None:
    check = clone.run(".venv/bin/nexus", "check", "20")
    said, _ = check.communicate()
    assert (check.returncode, said) == (1, "Error: this needs a contributor's packages: type `make check NAME=20`\n")


def test_a_contributors_packages_come_once_and_stay(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    seconds = []
    for goal, steps in (("install-all", 2), ("install", 0), ("install-all", 0)):
        began = time.monotonic()
        assert done(clone, "make", goal).count("\n") == steps
        seconds.append(time.monotonic() - began)
    done(clone, ".venv/bin/python", "-c", "import pytest, nbval, mypy, sphinx, strawberry")
    with capsys.disabled():
        size = megabytes(clone.folder / ".venv")
        print(f"\na contributor's packages: {seconds[0]:.1f} s more, {size} MB in all")
