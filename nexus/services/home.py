"""The folder of servers that belong together, and the locks that keep several users of it from harm.

Every user of the servers holds a shared lock on `lease` for as long as its process lives; the operating system
lets go of it however that process ends. A keeper process waits for the exclusive lock: when it gets it, the last
user is gone, and it stops the servers. Nobody polls, and a SIGKILL of the starter leaves nothing behind.

A server that runs but does not answer is replaced, unless another process uses it: why this one gets no answer is then
not ours to judge. `users` tells so; it is held like the lease, and no keeper waits for it.

`start.lock` is held while servers are started or stopped, so that two starters never race.
`keep` says that somebody asked for the servers to stay (`nexus up`), until `nexus down`.
"""

import contextlib
import fcntl
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import ClassVar

from nexus import environment, interrupts, paths
from nexus.errors import ServiceError
from nexus.services.ports import POLL_SECONDS
from nexus.services.server import Server, Settings
from nexus.services.service import Service

# Run as a file, not as a module of this package: so it waits in a Python that has loaded next to nothing.
KEEPER = Path(__file__).with_name("keeper.py")
# Wraps the start or stop of one server, to show progress: `with step("postgres", "starting"): ...`
Step = Callable[[str, str], AbstractContextManager[object]]


@cache
def kinds() -> dict[str, type[Server]]:
    """Each kind of server by its name. Not at the top: they load all drivers, which most commands can do without."""
    with interrupts.held_back():
        from nexus.services.inbox import Inbox
        from nexus.services.jupyter import Jupyter
        from nexus.services.postgres import Postgres
        from nexus.services.provider import Provider
        from nexus.services.rabbitmq import RabbitMQ
        from nexus.services.redis import Redis
        from nexus.services.systems import Beat, Metrics, Relay, Systems, Worker
        from nexus.services.tasks import Tasks

    known = (Postgres, Redis, RabbitMQ, Jupyter, Systems, Worker, Beat, Relay, Metrics, Inbox, Provider, Tasks)
    return {kind.name: kind for kind in known}


def silently(name: str, what: str) -> AbstractContextManager[object]:
    return nullcontext()


class Home:
    """The servers of one folder. `throw_away`: the keeper deletes the folder once it has stopped them."""

    busy_seconds: ClassVar[float] = 10  # how long a server that others use may keep us waiting

    def __init__(self, folder: Path, *, throw_away: bool = False) -> None:
        self.folder = folder
        self.throw_away = throw_away
        self._lease: TextIOWrapper | None = None
        self._users: TextIOWrapper | None = None

    def server(self, name: str, settings: Settings | None = None) -> Server:
        return kinds()[name](self.folder / name, settings)

    @property
    def keep(self) -> Path:
        return self.folder / "keep"

    def hold(self) -> None:
        """Use the servers from now until `release`, or until this process ends."""
        if self._lease is None:
            self._lease, self._users = self._lock_file("lease"), self._lock_file("users")
            for lock in (self._lease, self._users):
                fcntl.flock(lock, fcntl.LOCK_SH)

    def release(self) -> None:
        for lock in (self._lease, self._users):
            if lock is not None:
                lock.close()
        self._lease = self._users = None

    def start(self, servers: list[Server], step: Step = silently) -> dict[str, Service]:
        """Start servers side by side, those that are up already excepted. Needs a `hold`.

        Returns where each answers, by name. Raises ServiceError of the first that does not start, or that does not
        answer and is not ours to replace; the others run.
        """
        with self._only_one("start.lock"):
            if not self.keep.exists() and not all(server.answers() for server in servers):
                self._start_keeper()
            shared = self._others_use()

            def start_one(server: Server) -> Service:
                with step(server.name, "starting"):
                    self._spare(server, shared)
                    return server.start()

            with ThreadPoolExecutor(len(servers)) as pool:
                return {service.name: service for service in pool.map(start_one, servers)}

    def stop(self, step: Step = silently) -> None:
        """Stop all that runs in this folder, used by others or not."""
        with self._only_one("start.lock"):
            self.keep.unlink(missing_ok=True)
            self._stop_all(step)

    def stop_if_unused(self, step: Step = silently) -> bool:
        """Let go of the servers, and stop them here and now if nobody else holds them and they are not to stay.

        Returns whether they are stopped. The keeper would do it too; this does it in sight of the user.
        """
        with self._only_one("start.lock"):
            self.release()
            if self.keep.exists() or self.is_held():
                return False
            self._stop_all(step)
            return True

    def is_held(self) -> bool:
        """Whether a user holds the lease. The keeper is no user: its lock leaves no room for a shared one."""
        with self._lock_file("lease") as lease:
            return not _locked(lease, fcntl.LOCK_EX) and _locked(lease, fcntl.LOCK_SH)

    def last_user_is_gone(self) -> None:
        """What the keeper does, holding the lease: stop the servers, unless they are to stay."""
        with self._only_one("start.lock"):
            if self.throw_away:
                self.remove()
            elif not self.keep.exists():
                self._stop_all(silently)

    def remove(self) -> None:
        """Kill the servers and delete the folder with all their data."""
        for name in kinds():
            self.server(name).remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _spare(self, server: Server, shared: bool) -> None:
        """Raise ServiceError where the server runs without an answer to us, and must not be replaced."""
        deadline = time.monotonic() + self.busy_seconds
        while server.runs() and (trouble := server.trouble()):
            if shared and time.monotonic() > deadline:
                why = "other programs of this clone use it: close them, or type `nexus down`, and try again"
                raise ServiceError(f"{server.name} runs but does not answer here ({trouble}), and {why}")
            if self.keep.exists() and server.refuses():
                raise ServiceError(f"{server.name} runs but refuses this program ({trouble}): type `nexus down`")
            if not shared:
                return
            time.sleep(POLL_SECONDS)

    def _others_use(self) -> bool:
        """Whether another process uses the servers. Ask under `start.lock`: for a moment nobody can begin to."""
        with contextlib.ExitStack() as stack:
            lock = self._users or stack.enter_context(self._lock_file("users"))
            alone = _locked(lock, fcntl.LOCK_EX)
            if self._users:
                fcntl.flock(lock, fcntl.LOCK_SH)
            return not alone

    def _stop_all(self, step: Step) -> None:
        def stop_one(server: Server) -> None:
            with step(server.name, "stopping"):
                server.stop()

        running = [server for server in map(self.server, kinds()) if server.processes()]
        with ThreadPoolExecutor(len(kinds())) as pool:
            list(pool.map(stop_one, running))

    def _start_keeper(self) -> None:
        # -P: this folder's redis.py is not to be found in place of the library.
        command: list[str | Path] = [sys.executable, "-P", KEEPER, self.folder, *["--throw-away"] * self.throw_away]
        with (self.folder / "keeper.log").open("ab") as log:
            subprocess.Popen(
                command,
                cwd=paths.ROOT,
                env=environment.for_python(PYTHONPATH=str(paths.ROOT)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @contextmanager
    def _only_one(self, name: str) -> Iterator[None]:
        with self._lock_file(name) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _lock_file(self, name: str) -> TextIOWrapper:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return (self.folder / name).open("a", encoding="utf-8")
        except PermissionError as error:
            raise ServiceError(
                f"{self.folder} belongs to another user: work as that user, or delete the folder as that user"
            ) from error


def _locked(file: TextIOWrapper, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
