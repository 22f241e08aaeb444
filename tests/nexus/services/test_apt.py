"""RabbitMQ by apt: only with consent, into the clone, whole or not at all. A stand-in for apt-get brings it."""

import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nexus import paths
from nexus.command.rabbitmq import available, get_if_possible
from nexus.errors import ServiceError
from nexus.services import apt, rabbitmq

ERL = """#!/bin/sh
if [ -z "$ERL_ROOTDIR" ]
then
    ROOTDIR=/usr/lib/erlang
else
    ROOTDIR=/usr/lib/erlang
fi
echo "$ROOTDIR"
"""
SERVE = 'echo install >> "{calls}"; cp "{package}" "$cache/archives"'
NO_NETWORK = """
E: Failed to fetch http://mirror/erlang-base.deb  Could not connect to mirror:80
E: Failed to fetch http://mirror/erlang-asn1.deb  Unable to connect to mirror:80:
E: Some files failed to download
"""


@pytest.fixture
def apt_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make a clone on a Debian without RabbitMQ, whose `apt-get install` runs what is given."""
    if not shutil.which("dpkg-deb"):
        pytest.skip("needs Debian's dpkg")
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(paths, "ROOT", tmp_path / "a clone")
    monkeypatch.setattr(rabbitmq, "SCRIPT_PLACES", ())
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")

    def install(runs: str) -> None:
        look = 'for word; do case "$word" in Dir::Cache=*) cache="${word#*=}";; Dir::State::lists=*) own=1;; esac; done'
        only = 'case "$1" in install) ;; *) exit 0;; esac'
        program = tmp_path / "bin" / "apt-get"
        program.write_text(f"#!/bin/sh\n{only}\n{look}\n{runs}\n", encoding="utf-8")
        program.chmod(0o755)

    return install


@pytest.fixture
def serve(tmp_path: Path) -> str:
    """What lets apt-get bring one package: an `erl` and a `rabbitmq-server` at Debian's places."""
    tree = tmp_path / "tree"
    for name in ("usr/lib/erlang/bin/erl", "usr/lib/rabbitmq/bin/rabbitmq-server"):
        program = tree / name
        program.parent.mkdir(parents=True)
        program.write_text(ERL, encoding="utf-8")
        program.chmod(0o755)
    (tree / "DEBIAN").mkdir()
    about = "Package: erlang\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: for a test\n"
    (tree / "DEBIAN" / "control").write_text(about, encoding="utf-8")
    package = tmp_path / "erlang.deb"
    subprocess.run(["dpkg-deb", "--build", tree, package], check=True, stdout=subprocess.DEVNULL)
    return SERVE.format(package=package, calls=tmp_path / "calls")


def left_behind() -> list[str]:
    return sorted(path.name for path in (paths.ROOT / ".nexus").iterdir() if path.suffix != ".lock")


# --- what apt is given


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="needs Debian's dpkg")
def test_apt_is_shown_the_machine_without_its_erlang() -> None:
    listed = apt.installed_without_rabbitmq()
    names = {line.removeprefix("Package: ") for line in listed.splitlines() if line.startswith("Package: ")}
    assert {"dpkg", "libc6"} <= names
    assert not [name for name in names if "erlang" in name or "rabbitmq" in name]
    assert "Depends:" not in listed
    assert not [line for line in listed.splitlines() if line.endswith(": ")]  # apt stops at an empty field


def test_lists_of_our_own_serve_where_the_machines_do_not(apt_get: Callable[[str], None], serve: str) -> None:
    apt_get(f'[ "$own" ] || {{ echo "E: Unable to locate package"; exit 100; }}\n{serve}')
    apt.download_rabbitmq()
    assert left_behind() == ["packages"]


# --- what is in the clone afterwards


def test_erlang_finds_its_folder_where_it_is(apt_get: Callable[[str], None], serve: str, tmp_path: Path) -> None:
    apt_get(serve)
    apt.download_rabbitmq()
    moved = tmp_path / "moved elsewhere"
    paths.ROOT.rename(moved)
    erlang = moved / ".nexus" / "packages" / "usr/lib/erlang"
    assert subprocess.check_output([erlang / "bin" / "erl"], encoding="utf-8") == f"{erlang}\n"


def test_a_downloaded_rabbitmq_is_used_with_its_erlang(apt_get: Callable[[str], None], serve: str) -> None:
    apt_get(serve)
    assert apt.rabbitmq_is_missing()
    apt.download_rabbitmq()
    packages = paths.ROOT.resolve() / ".nexus" / "packages"
    assert rabbitmq.find_script() == packages / "usr/lib/rabbitmq/bin/rabbitmq-server"
    assert rabbitmq.search_path(packages).startswith(f"{packages}/usr/lib/erlang/bin:")


def test_the_machines_own_rabbitmq_comes_first(
    apt_get: Callable[[str], None], serve: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt_get(serve)
    apt.download_rabbitmq()
    monkeypatch.setattr(rabbitmq, "SCRIPT_PLACES", (str(tmp_path),))
    shutil.copy(rabbitmq.unpacked() / "usr/lib/rabbitmq/bin/rabbitmq-server", tmp_path)
    assert rabbitmq.find_script() == tmp_path / "rabbitmq-server"
    assert str(paths.ROOT) not in rabbitmq.search_path(rabbitmq.unpacked())


def test_a_second_download_at_once_waits_for_the_first(
    apt_get: Callable[[str], None], serve: str, tmp_path: Path
) -> None:
    apt_get(serve)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(apt.download_rabbitmq) for _ in range(2)]:
            done.result()
    assert (tmp_path / "calls").read_text(encoding="utf-8") == "install\n"


def test_what_a_killed_download_left_is_no_part_of_the_next(apt_get: Callable[[str], None], serve: str) -> None:
    apt_get(serve)
    half = paths.ROOT / ".nexus" / "packages.part" / "root" / "half a program"
    half.mkdir(parents=True)
    apt.download_rabbitmq()
    assert left_behind() == ["packages"]
    assert not (rabbitmq.unpacked() / half.name).exists()


# --- where it can't be had


@pytest.mark.parametrize(
    ("says", "line"),
    [
        (NO_NETWORK, "Failed to fetch http://mirror/erlang-base.deb Could not connect to mirror:80"),
        (
            "W: Failed to fetch http://mirror/Release\nE: Unable to locate package",
            "Failed to fetch http://mirror/Release",
        ),
        ("E: Unable to locate package rabbitmq-server", "Unable to locate package rabbitmq-server"),
        ("", "it said nothing"),
    ],
)
def test_a_failed_download_ends_in_a_line_and_leaves_no_part(
    says: str, line: str, apt_get: Callable[[str], None]
) -> None:
    apt_get(f"cat >&2 <<'end'\n{says.strip()}\nend\nexit 100")
    with pytest.raises(ServiceError) as raised:
        apt.download_rabbitmq()
    log = paths.ROOT / ".nexus" / "packages.log"
    assert str(raised.value) == f"apt-get could not bring RabbitMQ: {line} (its log: {log})"
    assert left_behind() == ["packages.log"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_clone_of_somebody_else_ends_in_a_line(apt_get: Callable[[str], None]) -> None:
    (paths.ROOT / ".nexus").mkdir(parents=True, mode=0o500)
    with pytest.raises(ServiceError, match=r"can't be put into .*packages: Permission denied"):
        apt.download_rabbitmq()


def test_the_lab_starts_without_a_rabbitmq_it_cannot_get(
    apt_get: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    apt_get("echo 'E: no network'; exit 100")
    monkeypatch.setenv("NEXUS_APT", "1")
    monkeypatch.setenv("NEXUS_HOME", ".nexus")
    monkeypatch.setattr(apt, "rabbitmq_can_be_had", lambda: False)
    get_if_possible()
    assert "! apt-get could not bring RabbitMQ: no network (its log: " in capsys.readouterr().out
    assert available() == ("postgres", "redis")
    assert "`NEXUS_APT=1 make lab`" in capsys.readouterr().out
