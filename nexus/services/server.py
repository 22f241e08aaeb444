"""One server that this clone runs itself: start it, stop it, and hurt it on purpose.

The operating system's process table is the only record of what runs. A server's processes are those of its
programs that work in its folder, so there is no pid file to go stale, and a server is found again whoever
started it and however that one ended.
"""

import contextlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import psutil

from nexus import paths
from nexus.errors import ServiceError
from nexus.services.ports import POLL_SECONDS, free_ports
from nexus.services.service import Service

START_SECONDS = 90  # a first RabbitMQ start takes 6 s on two idle cores; this leaves room for a busy laptop
STOP_SECONDS = 15

Settings = Mapping[str, str]


class Server(ABC):
    """A server in a folder of its own: data, log, settings. The subclasses know the programs."""

    name: ClassVar[str]
    programs: ClassVar[tuple[str, ...]]  # names of its processes; the first is the one to signal
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
        processes = self.processes()
        if not processes:
            return
        self.resume()  # a paused process cannot hear
        _quietly(processes[0].send_signal, self.stop_signal)
        _wait_until_gone(processes[:1])
        self.kill()

    def kill(self) -> None:
        """SIGKILL to every process of the server, and wait until they are gone."""
        while processes := self.processes():
            for process in processes:
                _quietly(process.kill)
            _wait_until_gone(processes)

    def pause(self) -> None:
        """Freeze the server where it stands (SIGSTOP): connections stay open and nothing is answered."""
        for process in self.processes():
            _quietly(process.suspend)

    def resume(self) -> None:
        """Let a paused server go on."""
        for process in self.processes():
            _quietly(process.resume)

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
        places = {os.path.realpath(place) for place in (self.folder, self.data, self.data.parent)}
        found = [p for p in psutil.process_iter(["name", "create_time"]) if _is_one(p, self.programs, places)]
        return sorted(found, key=lambda p: (p.info["name"] != self.programs[0], p.info["create_time"], p.pid))

    def answers(self) -> bool:
        """Whether the server is up and takes our password."""
        if not self._state():
            return False
        try:
            self.version(self.service())
        except Exception:  # the drivers share no base class for "it does not answer"
            return False
        return True

    # --- for the subclasses

    def _spawn(
        self, *command: Path | str, cwd: Path, env: Mapping[str, str], user: str | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program of the server with its output in the log, out of reach of the terminal's Ctrl-C."""
        group = pwd.getpwnam(user).pw_gid if user else None
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=cwd,
                env=env,
                user=user,
                group=group,
                extra_groups=[] if user else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

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
            return dict(json.loads((self.folder / "state.json").read_text()))
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
        while not self.answers():
            try:
                process.wait(POLL_SECONDS)
            except subprocess.TimeoutExpired:
                if time.monotonic() < deadline:
                    continue
            self.kill()  # its helpers too, where only the server itself has ended
            raise ServiceError(f"{self.name} did not start: {_last_line(self.log)} (its log: {self.log})")


def package_folder(package: str) -> Path:
    """The folder of an installed package, without importing it: of these packages only the programs are wanted."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(f"the package {package} is not installed here: type `make lab` in {paths.ROOT}")
    return Path(next(iter(spec.submodule_search_locations)))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600, exist_ok=False)
    part.write_text(text)
    part.rename(path)


def _wait_until_gone(processes: list[psutil.Process]) -> None:
    """Wait, STOP_SECONDS at most. A process that has ended but whose parent has not looked (a zombie) is gone."""
    deadline = time.monotonic() + STOP_SECONDS
    while (alive := [p for p in processes if _lives(p)]) and time.monotonic() < deadline:
        psutil.wait_procs(alive, timeout=POLL_SECONDS)


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _is_one(process: psutil.Process, programs: tuple[str, ...], places: set[str]) -> bool:
    if process.info["name"] not in programs:
        return False
    try:
        return process.cwd() in places and _lives(process)
    except psutil.Error:  # it ended meanwhile, or is another user's
        return False


def _quietly(action: Callable[..., object], *arguments: object) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        action(*arguments)


def _last_line(log: Path) -> str:
    text = log.read_text(errors="replace") if log.exists() else ""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("Crash dump is being written")]
    return lines[-1].strip() if lines else "it wrote no log"
