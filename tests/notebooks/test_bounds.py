"""What a chapter costs, unattended: memory of the whole lab and disk are held, time is reported (aim: 20 s).

`make prove` measures it. How long a run takes depends on what else the machine does, so no test fails on it.
"""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from nexus import paths, services
from nexus.command import chapters
from nexus.services.home import Home

pytestmark = [pytest.mark.prove, pytest.mark.timeout(300)]

MEMORY_BYTES, DISK_BYTES = 1.2e9, 500e6
EVERY_SECONDS = 0.25


class Peak(threading.Thread):
    """The most memory that the servers and a process with its children held together, in bytes."""

    def __init__(self, process: psutil.Process, home: Home) -> None:
        super().__init__(daemon=True)
        self.process, self.home, self.bytes, self.ended = process, home, 0, threading.Event()

    def run(self) -> None:
        while not self.ended.wait(EVERY_SECONDS):
            self.bytes = max(self.bytes, sum(map(memory, self.lab())))

    def lab(self) -> list[psutil.Process]:
        servers = [process for name in services.NAMES for process in self.home.server(name).processes()]
        try:
            return [*servers, self.process, *self.process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return servers


def memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.Error, AttributeError):
        return 0


def disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("chapter", chapters.stored(), ids=lambda path: path.stem)
def test_a_chapter_stays_in_its_bounds(chapter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = Home(tmp_path / "servers")  # new ones, so that the first start is measured and no other chapter's data
    environment = {**os.environ, "NEXUS_HOME": str(home.folder)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", str(chapter)]
    began = time.monotonic()
    try:
        with subprocess.Popen(command, cwd=paths.ROOT, env=environment, stdout=subprocess.DEVNULL) as run:
            peak = Peak(psutil.Process(run.pid), home)
            peak.start()
            code = run.wait()
        seconds = time.monotonic() - began
        peak.ended.set()
        used = sum(disk(home.server(name).data) for name in services.NAMES)
    finally:
        home.remove()
    with capsys.disabled():
        print(f"\n{chapter.stem}: {seconds:.1f} s, {peak.bytes / 1e6:.0f} MB of memory, {used / 1e6:.0f} MB of disk")
    assert code == 0
    assert 0 < peak.bytes < MEMORY_BYTES
    assert used < DISK_BYTES
