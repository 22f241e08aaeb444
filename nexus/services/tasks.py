"""A worker of Celery's for tasks that a chapter's cells define, as one more server of the clone."""

import subprocess
import sys
import time
from pathlib import Path
from typing import ClassVar

import psutil

from nexus import environment, paths
from nexus.errors import ServiceError
from nexus.services import processes
from nexus.services.ports import POLL_SECONDS
from nexus.services.server import START_SECONDS, Server, Settings, write_private
from nexus.services.service import Service

READY = "ready"  # a file that the program makes in its folder when it takes messages


class Tasks(Server):
    """source: a whole program, which works in the server's folder. state: a file "room" for it to read."""

    name: ClassVar[str] = "tasks"
    programs: ClassVar[tuple[str, ...]] = processes.PYTHON
    refusals: ClassVar[str] = "^$"

    def __init__(self, folder: Path, settings: Settings | None = None, source: str = "", state: bytes = b"") -> None:
        super().__init__(folder, settings)
        self.source, self.state = source, state

    def prepare(self) -> None:
        (self.folder / READY).unlink(missing_ok=True)
        write_private(self.folder / "tasks.py", self.source)
        room = self.folder / "room"
        room.touch(mode=0o600)
        room.write_bytes(self.state)

    def launch(self) -> subprocess.Popen[bytes]:
        env = environment.for_python(PYTHONPATH=str(paths.ROOT))
        return self._spawn(sys.executable, "tasks.py", cwd=self.folder, env=env)

    def service(self) -> Service:
        return Service(self.name, "embedded", "")

    def trouble(self) -> str | None:
        if not self.processes():
            return "it does not run"
        return None if (self.folder / READY).exists() else "it is not ready yet"

    def kill_children(self) -> None:
        """SIGKILL to the processes that work, and not to the one that hands out the work. Waits until it has others."""
        first, *_ = self.processes()
        killed = first.children()
        processes.signal_all(psutil.Process.kill, killed)
        deadline = time.monotonic() + START_SECONDS
        while len(set(first.children()) - set(killed)) < len(killed):
            if time.monotonic() > deadline:
                raise ServiceError("the worker does not replace its children")
            time.sleep(POLL_SECONDS)

    @staticmethod
    def version(service: Service) -> str:
        return "a worker of Celery's"
