"""Root's Postgres, which lives outside the clone and runs as nobody."""

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from nexus.errors import ServiceError
from nexus.services import Home
from nexus.services.postgres import PACKAGE, ROOTS_PLACE
from nexus.services.server import Server

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root's Postgres lives outside the clone")


def users(server: Server) -> set[str]:
    """Whose the server's processes are. A worker of Postgres' may end before it is asked."""
    found = set()
    for process in server.processes():
        with suppress(psutil.NoSuchProcess):
            found.add(process.username())
    return found


def test_roots_postgres_runs_as_nobody(tmp_path: Path) -> None:
    private = tmp_path / "root's home"
    private.mkdir(mode=0o700)
    above = [private, *private.parents]
    before = {path: path.stat().st_mode for path in above}
    home = Home(private / "clone" / ".nexus")
    home.folder.mkdir(parents=True)
    server = home.server("postgres")
    server.start()
    assert users(server) == {"nobody"}
    assert {path: path.stat().st_mode for path in above} == before
    home.remove()
    assert not server.data.parent.exists()


def test_postgres_of_root_starts_under_a_narrow_umask(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        Path(place).chmod(0o755)
        packages, private = Path(sys.prefix), Path(place, "packages")
        for folder in packages.glob(f"lib/python*/site-packages/{PACKAGE}*"):
            shutil.copytree(folder, private / folder.name)
        for path in private.rglob("*"):  # as `make install` leaves them under this umask
            path.chmod(path.stat().st_mode & 0o700)
        monkeypatch.setattr("nexus.services.postgres.ROOTS_PLACE", Path(place, "nexus"))
        program = private / PACKAGE / "pginstall/bin/postgres"
        monkeypatch.setattr("nexus.services.postgres.in_package", lambda *asked: [program])
        before = os.umask(0o077)
        try:
            home.folder.mkdir(parents=True)
            assert home.server("postgres").start()
        finally:
            os.umask(before)
            home.remove()


def test_postgres_of_root_leaves_nothing_of_a_deleted_clone(home: Home, tmp_path: Path) -> None:
    gone = ROOTS_PLACE / "of-a-deleted-clone"
    gone.mkdir(exist_ok=True)
    (gone / "of").write_text(str(tmp_path / "no such folder"), encoding="utf-8")
    home.folder.mkdir(parents=True)
    home.server("postgres").start()
    assert not gone.exists()


def test_a_program_that_root_alone_may_run_is_named_in_one_line(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as private:  # only its owner may enter it
        program = Path(private, "postgres")
        program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 18.1'\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setattr("nexus.services.postgres.in_package", lambda *asked: [program])
        home.folder.mkdir(parents=True)
        with pytest.raises(ServiceError, match=f"^postgres: {private}/initdb can't be run by the user nobody, as whom"):
            home.server("postgres").start()
