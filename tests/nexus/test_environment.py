"""What programs of ours are started with, what a process that imports nexus reads, what `nexus doctor` says of it."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from nexus import environment, paths
from nexus.services import Home

FOREIGN = {"SOMEBODYS": "1", "PGAPPNAME": "x", "LD_PRELOAD": "", "PYTHONSTARTUP": "x", "GUNICORN_CMD_ARGS": ""}
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def run(*command: str, before: str = "true", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a bare shell with these variables."""
    bare = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "NEXUS_HOME": os.environ["NEXUS_HOME"]}
    return subprocess.run(
        ["sh", "-c", f'{before}; exec "$@"', "sh", *command],
        cwd=paths.ROOT, env={**bare, **variables}, capture_output=True, encoding="utf-8", errors="replace",
    )  # fmt: skip


def python(code: str, before: str = "true", **variables: str) -> str:
    done = run(sys.executable, "-c", code, before=before, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# --- handed on


@pytest.mark.parametrize("kind", ["postgres", "redis", "rabbitmq", "jupyter"])
def test_a_server_gets_a_chosen_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    for name, value in FOREIGN.items():
        monkeypatch.setenv(name, value)
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    try:
        server = home.server(kind)
        server.start()
        for process in server.processes():
            assert not FOREIGN.keys() & process.environ().keys()
    finally:
        home.remove()


def test_a_keeper_gets_a_chosen_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMEBODYS", "1")
    home = Home(tmp_path / "home")
    home.hold()
    home.start([home.server("redis")])
    (keeper,) = (p for p in psutil.process_iter(["cmdline"]) if str(home.folder) in (p.info["cmdline"] or []))
    assert "SOMEBODYS" not in keeper.environ()
    home.release()
    home.remove()


@pytest.mark.parametrize("locale", [{}, {"LANG": "de_DE.ISO-8859-1"}, {"LANG": "de_DE.UTF-8", "LC_ALL": "C"}])
def test_a_locale_without_all_letters_is_replaced(monkeypatch: pytest.MonkeyPatch, locale: dict[str, str]) -> None:
    for name in environment.LOCALE:
        monkeypatch.delenv(name, raising=False)
    for name, value in locale.items():
        monkeypatch.setenv(name, value)
    chosen = environment.chosen()
    assert {name: chosen.get(name) for name in environment.LOCALE if name in chosen} == {"LANG": "C.UTF-8"}


def test_a_utf8_locale_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.utf8")
    assert environment.chosen()["LC_ALL"] == "de_DE.utf8"


@pytest.mark.parametrize(("folder", "handed_on"), [("", False), ("there", True), ("gone", False)])
def test_a_tmpdir_is_handed_on_where_it_can_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, handed_on: bool
) -> None:
    (tmp_path / "there").mkdir()
    monkeypatch.setenv("TMPDIR", folder and str(tmp_path / folder))
    assert ("TMPDIR" in environment.chosen()) == handed_on


# --- this process


def test_libpqs_variables_do_not_reach_a_chapter() -> None:
    look = "import nexus, os; print([name for name in os.environ if name.startswith('PG')])"
    assert python(look, PGSSLMODE="require", PGHOSTADDR="192.0.2.1", PGOPTIONS="-c x=1") == "[]"


@pytest.mark.parametrize(("before", "after"), [("", ""), ("a.example, b.example", "a.example,b.example,"), ("*", "*,")])
def test_this_machine_is_never_asked_through_a_proxy(before: str, after: str) -> None:
    look = "import nexus, os, urllib.request as r; print(os.environ['NO_PROXY'], r.proxy_bypass('127.0.0.1'))"
    assert python(look, HTTP_PROXY="http://127.0.0.1:9", no_proxy=before) == f"{after}127.0.0.1,localhost,::1 True"


@pytest.mark.parametrize(("limit", "raised"), [("-S -n 256", 1024), ("-n 512", 512), ("-S -n 2048", 2048)])
def test_the_limit_of_open_files_is_raised_as_far_as_it_may_be(limit: str, raised: int) -> None:
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 2048:
        pytest.skip("the hard limit of this machine is lower")
    look = "import nexus, resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    assert python(look, before=f"ulimit {limit}") == str(raised)


@pytest.mark.prove
def test_the_chapter_with_the_most_open_files_passes_with_256() -> None:
    chapter = "notebooks/41b-rate-limits-over-http.ipynb"
    done = run(sys.executable, "-m", "pytest", "-q", "--nbval", chapter, before="ulimit -S -n 256")
    assert done.returncode == 0, done.stdout[-3000:]


# --- the doctor


def test_the_doctor_names_what_it_found_and_what_became_of_it(tmp_path: Path) -> None:
    (tmp_path / ".netrc").touch()
    (tmp_path / ".jupyter").mkdir()
    (tmp_path / ".jupyter" / "jupyter_server_config.py").touch()
    found = run(
        sys.executable, "-m", "nexus", "doctor", before="ulimit -S -n 256",
        HOME=str(tmp_path), LC_ALL="C.UTF-8", PGSSLMODE="require", PGHOST="x", https_proxy="http://x",
        TMPDIR="/dev/null/gone",  # no program can make it
    ).stdout  # fmt: skip
    assert [line.partition(":")[0] for line in found.splitlines() if line.startswith("- ")] == [
        "- PGHOST, PGSSLMODE",
        "- https_proxy",
        "- ~/.netrc",
        "- ~/.jupyter/jupyter_server_config.py",
        "- at most 256 open files (ulimit -n)",
        "- TMPDIR is /dev/null/gone, which can't be used",
    ]


def test_the_doctor_finds_nothing_in_a_bare_shell(tmp_path: Path) -> None:
    assert "\n- " not in run(sys.executable, "-m", "nexus", "doctor", HOME=str(tmp_path), LANG="C.UTF-8").stdout


@pytest.mark.parametrize("command", ["doctor", "status", "progress"])
def test_a_terminal_without_all_letters_gets_no_traceback(command: str) -> None:
    done = run(sys.executable, "-m", "nexus", command, **ASCII)
    assert "Traceback" not in done.stderr
    assert done.stdout


def test_a_learners_copy_is_the_same_in_every_locale(tmp_path: Path) -> None:
    copies = []
    for number, variables in enumerate([{"LC_ALL": "C.UTF-8"}, ASCII]):
        work = tmp_path / str(number)
        done = run(sys.executable, "-m", "nexus", "reset", "00", NEXUS_WORK=str(work), **variables)
        copies.append((work / "00-start-here.ipynb").read_bytes() if work.exists() else done.stderr.encode())
    assert copies[0] == copies[1]
