"""A clone in an empty folder, and the user who works in it."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from nexus import paths

ORDINARY_USER, ORDINARY_GROUP = "nobody", "nogroup"


@dataclass
class Clone:
    """A folder with a space in its name, and the user who works in it, with a home that holds no cache."""

    folder: Path
    user: str | None

    def run(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment(),
            user=self.user,
            group=None if self.user is None else ORDINARY_GROUP,
            extra_groups=None if self.user is None else [],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            encoding="utf-8",
        )

    def environment(self) -> dict[str, str]:
        """That of this test, less what is the tester's own: settings of the lab, of Python, and places of caches."""
        own = ("NEXUS_", "PYTHON", "PYTEST_", "XDG_", "VIRTUAL_ENV", "UV_CACHE", "PIP_CACHE", "MAKE", "MFLAGS")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        return {**kept, "HOME": str(self.folder.parent / "home"), "PYTHON": python_for_all()}

    def processes(self) -> list[psutil.Process]:
        """What runs out of this clone, by working folder or by command line."""
        found = []
        for process in psutil.process_iter(["cmdline", "cwd", "status"]):
            where = " ".join([process.info["cwd"] or "", *(process.info["cmdline"] or [])])
            if str(self.folder) in where and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process)
        return found


def python_for_all() -> str:
    """A Python that every user of the machine may run: not one in root's own home."""
    for candidate in (f"/usr/bin/python3.{minor}" for minor in (14, 13, 12, 11)):
        if os.access(candidate, os.X_OK):
            return candidate
    pytest.skip("no Python of the machine's own, 3.11 or newer, in /usr/bin")


@contextlib.contextmanager
def clone_for(user: str, name: str = "project nexus") -> Iterator[Clone]:
    if user == "ordinary" and os.geteuid() != 0:
        pytest.skip("this is an ordinary user already: the case called root runs as you")
    place = Path(tempfile.mkdtemp(prefix="a fresh clone ", dir="/var/tmp"))
    clone = Clone(place / name, ORDINARY_USER if user == "ordinary" else None)
    subprocess.run(["git", "clone", "--quiet", paths.ROOT, clone.folder], check=True)
    (place / "home").mkdir()
    if clone.user:
        subprocess.run(["chown", "-R", f"{clone.user}:{ORDINARY_GROUP}", place], check=True)
    try:
        yield clone
    finally:
        for process in clone.processes():
            process.kill()
        shutil.rmtree(place)
