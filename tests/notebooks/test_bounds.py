"""What a chapter costs, unattended: memory of the whole lab and disk are held, time is reported (aim: 20 s).

`make prove` measures it. How long a run takes depends on what else the machine does, so no test fails on it.
"""

import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from nexus import chapters, paths, services

pytestmark = [pytest.mark.prove, pytest.mark.timeout(300)]

MEMORY_BYTES, DISK_BYTES = 1.2e9, 500e6
EVERY_SECONDS = 0.25


class Peak(threading.Thread):
    """The most memory that the servers and a process with its children held together, in bytes."""

    def __init__(self, process: psutil.Process) -> None:
        super().__init__(daemon=True)
        self.process, self.bytes, self.ended = process, 0, threading.Event()

    def run(self) -> None:
        while not self.ended.wait(EVERY_SECONDS):
            self.bytes = max(self.bytes, sum(map(memory, self.lab())))

    def lab(self) -> list[psutil.Process]:
        servers = [process for name in services.NAMES for process in services.home().server(name).processes()]
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
def test_a_chapter_stays_in_its_bounds(chapter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", str(chapter)]
    began = time.monotonic()
    with subprocess.Popen(command, cwd=paths.ROOT, stdout=subprocess.DEVNULL) as run:
        peak = Peak(psutil.Process(run.pid))
        peak.start()
        code = run.wait()
    seconds = time.monotonic() - began
    peak.ended.set()
    used = sum(disk(services.home().server(name).data) for name in services.NAMES)
    with capsys.disabled():
        print(f"\n{chapter.stem}: {seconds:.1f} s, {peak.bytes / 1e6:.0f} MB of memory, {used / 1e6:.0f} MB of disk")
    assert code == 0
    assert 0 < peak.bytes < MEMORY_BYTES
    assert used < DISK_BYTES
