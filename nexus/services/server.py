"""One server that this clone runs itself: start it, stop it, and hurt it on purpose.

The operating system's process table is the only record of what runs. A server's processes are those of its
programs that work in its folder, so there is no pid file to go stale, and a server is found again,
no matter who started it and how that one ended.
"""

import json
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import psutil

from nexus.errors import ServiceError, reason
from nexus.services import processes
from nexus.services.ports import POLL_SECONDS, free_ports
from nexus.services.service import Service

START_SECONDS = 90  # a first RabbitMQ start takes 6 s on two idle cores; this leaves room for a busy laptop

Settings = Mapping[str, str]


class Server(ABC):
    """A server in a folder of its own: data, log, settings. The subclasses know the programs."""

    name: ClassVar[str]
    programs: ClassVar[tuple[str, ...]]  # names of its processes; the first is the one to signal
    helpers: ClassVar[tuple[str, ...]] = ()  # those of its programs that may go on when the server has ended
    refusals: ClassVar[str]  # a pattern of what the drivers say where the server answers, but does not let us in
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    ports: ClassVar[tuple[str, ...]] = ("port",)

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        self.folder = folder
        self.settings = dict(settings or {})
        self.data = folder / "data"
        self.log = folder / "server.log"
        # What may be done while the process starts, and must be done before the server counts as started.
        self.meanwhile: Callable[[], object] = lambda: None

    # --- what each kind of server knows of itself

    def program(self) -> Path:
        """The program that is started. Raises ServiceError with what to do where there is none."""
        return Path(sys.executable)

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder and the configuration. Raises ServiceError where a program is missing."""

    @abstractmethod
    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server's process without waiting for it."""

    @abstractmethod
    def service(self) -> Service:
        """Where the server answers, or will."""

    @staticmethod
    @abstractmethod
    def version(service: Service) -> str:
        """The version a server of this kind says it has. Raises the driver's error where it does not answer."""

    # --- starting and stopping

    def start(self) -> Service:
        """Start the server unless it answers already, and return where it answers."""
        if self.answers():
            self._finished_a_start.touch()  # who started it may have been killed before saying so
            return self.service()
        self.kill()  # whatever of it is left from a start or a stop that was cut short
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._choose_ports()
        if not self._finished_a_start.exists():
            shutil.rmtree(self.data, ignore_errors=True)  # a first start that was cut short leaves half a database
        self.prepare()
        process = self.launch()
        try:
            self.meanwhile()
        except BaseException:
            self.kill()
            raise
        self._await(process)
        self._finished_a_start.touch()
        return self.service()

    def stop(self) -> None:
        """Ask the server to end, and end it by force where it does not."""
        if first := self.processes()[:1]:
            self.resume()  # a paused process cannot hear
            processes.signal_all(lambda process: process.send_signal(self.stop_signal), first)
            processes.wait_until_gone(first)
            self.kill()

    def kill(self) -> None:
        """SIGKILL to every process of the server, and wait until they are gone."""
        while found := self.processes():
            processes.signal_all(psutil.Process.kill, found)
            processes.wait_until_gone(found)

    def pause(self) -> None:
        """Freeze the server where it is (SIGSTOP): connections stay open and nothing is answered."""
        processes.signal_all(psutil.Process.suspend, self.processes())

    def resume(self) -> None:
        """Let a paused server go on."""
        processes.signal_all(psutil.Process.resume, self.processes())

    def restart(self) -> Service:
        """Stop the server and start it again on the same port, with the data it has."""
        self.stop()
        return self.start()

    def remove(self) -> None:
        """Kill the server and delete its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- what there is to see

    def processes(self) -> list[psutil.Process]:
        """The server's processes, the one to signal first."""
        # Both places of the data: root's are elsewhere (see Postgres), and root may look at another user's clone.
        return processes.find(self.programs, (self.folder, self.folder / "data", self.data, self.data.parent))

    def runs(self) -> bool:
        """Whether there is a server, be it one that does not answer."""
        return any(process.info["name"] not in self.helpers for process in self.processes())

    def answers(self) -> bool:
        """Whether the server is up and takes our password."""
        return self.trouble() is None

    def trouble(self) -> str | None:
        """What keeps the server from answering us, in one line; None where it answers."""
        if not self._state():
            return "it was never started here"
        try:
            self.version(self.service())
        except Exception as error:  # the drivers share no base class for "it does not answer"
            return reason(error)
        return None

    def refuses(self) -> bool:
        """Whether the server is well, and only does not let us in: too many clients, another password."""
        return re.search(self.refusals, self.trouble() or "") is not None

    # --- for the subclasses

    def _spawn(
        self, *command: Path | str, cwd: Path, env: Mapping[str, str], user: str | None = None, **options: Any
    ) -> subprocess.Popen[bytes]:
        """Start a program of the server with its output in the log, out of reach of the terminal's Ctrl-C.

        env: all that it gets, chosen by `nexus.environment`. options: other ones of Popen.
        """
        as_user = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
        ours = {"stdin": subprocess.DEVNULL, "umask": 0o077, "start_new_session": True}
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=cwd, env=env, stdout=log, stderr=log, **{**ours, **as_user, **options})

    # --- settings that outlive a restart

    def port(self, which: str = "port") -> int:
        return int(self._state()[which])

    def password(self) -> str:
        return str(self._state()["password"])

    @property
    def _finished_a_start(self) -> Path:
        return self.folder / "finished-a-start"

    def _state(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.folder / "state.json").read_text(encoding="utf-8")))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}

    def _choose_ports(self) -> None:
        """Keep the ports of the last start where they are free, so that an open client finds its server again."""
        state = self._state()
        state.setdefault("password", secrets.token_urlsafe(18))
        state.update(zip(self.ports, free_ports([state.get(which) for which in self.ports]), strict=True))
        write_private(self.folder / "state.json", json.dumps(state))

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        answers = False
        while not answers:
            answers = self.answers()
            if exposed := processes.exposed_addresses(process.pid):
                self._give_up(f"was stopped at once, for it listened on {', '.join(exposed)}")
            if not answers and (_ended(process) or time.monotonic() > deadline):
                self._give_up(f"did not start: {_last_line(self.log)}")

    def _give_up(self, why: str) -> NoReturn:
        self.kill()  # its helpers too, where only the server itself has ended
        raise ServiceError(f"{self.name} {why} (its log: {self.log})")


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether the process ends within a moment."""
    try:
        process.wait(POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600, exist_ok=False)
    part.write_text(text, encoding="utf-8")
    part.rename(path)


def _last_line(log: Path) -> str:
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("Crash dump is being written")]
    return lines[-1].strip() if lines else "it wrote no log"
