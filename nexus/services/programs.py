"""Which program is started as a server: the one that came with the clone's packages, else one of the machine's own."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from nexus import environment
from nexus.errors import ServiceError

SECONDS = 10


def choose(server: str, candidates: Iterable[Path], oldest: int) -> Path:
    """The first of the programs that runs here and is of the version `oldest` or newer.

    Raises ServiceError, with what to do, where there is none.
    """
    too_old = ""
    for program in candidates:
        version = version_of(program)
        if version >= oldest:
            return program
        if version:
            too_old = f" ({program} is version {version})"
    name = {"postgres": "PostgreSQL", "redis": "Valkey or Redis"}[server]
    raise ServiceError(
        f"{server}: no program that runs here{too_old}: install {name} {oldest} or newer, "
        f"or name a server in NEXUS_{server.upper()}_URL"
    )


@cache
def version_of(program: Path) -> int:
    """The first number of the version that it says it has; 0 where it does not run on this machine."""
    try:
        run = subprocess.run(
            [program, "--version"], env=environment.chosen(), capture_output=True, timeout=SECONDS, encoding="utf-8"
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"(?: v=|\) )(\d+)", run.stdout)
    return int(found[1]) if found and run.returncode == 0 else 0


def in_package(package: str, pattern: str) -> list[Path]:
    """The program in an installed package, without importing it; none where the package is not there."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return [program for folder in folders or () for program in sorted(Path(folder).glob(pattern))]


def on_path(*names: str) -> list[Path]:
    return [Path(found) for found in map(shutil.which, names) if found]
