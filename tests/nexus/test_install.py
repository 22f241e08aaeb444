"""The first step of every `make` command, on machines where something is missing: one line says what to do."""

import fcntl
import glob
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import psutil
import pytest

from nexus import paths

LOCKS = ("requirements.lock", "requirements-all.lock")
NEWEST = "python3.14"  # the first that is looked for
OLD = ("2.7", "3.6", "3.7", "3.8", "3.9", "3.10")
NEWER = """#!/bin/sh
case "$1" in
  -c) exit 0 ;;
  *) echo "went on with $0 $(basename "$1")" ;;
esac
"""
UNREACHABLE = "the package index can't be reached"
# Debian without python3-venv: the module venv is there, and ensurepip is not.
NO_ENSUREPIP = """
import runpy, sys
sys.modules["ensurepip"] = None
runpy.run_path("nexus/install.py", run_name="__main__")
"""
# A Python that nobody has yet.
NEW = """
import runpy, sys
sys.version_info, sys.argv = (3, 99, 0, "final", 0), ["nexus/install.py"]
runpy.run_path("nexus/install.py", run_name="__main__")
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of a clone as the install needs, in a folder with a space in its name."""
    clone = tmp_path / "my clone"
    (clone / "nexus").mkdir(parents=True)
    for name in ("nexus/install.py", "nexus/environment.py", *LOCKS, "pyproject.toml"):
        shutil.copy(paths.ROOT / name, clone / name)
    return clone


def install(clone: Path, *how: str, python: str = sys.executable, **environment: str) -> tuple[int, str, str]:
    """Run the install. Returns its exit code and what it said, and said in complaint."""
    answer = subprocess.run(
        [python, *(how or ("nexus/install.py",))],
        cwd=clone,
        env={"PATH": os.defpath, "HOME": str(clone), **environment},
        capture_output=True,
        encoding="utf-8",
    )
    return answer.returncode, answer.stdout, answer.stderr


def module_of(clone: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("install", clone / "nexus" / "install.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stamp(clone: Path, lock: str = "requirements.lock") -> None:
    """Leave the clone as an install that went through leaves it, as far as the next install looks."""
    module = module_of(clone)
    Path(module.VENV).mkdir()
    Path(module.STAMP).write_text(module.fingerprint(lock), encoding="utf-8")


def old_python(version: str) -> str:
    """A Python of a version that is too old, where this machine has one."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    # Unlike Path.glob, this finds nothing, and raises nothing, in a folder that this user may not enter.
    found = sorted(glob.glob(f"{versions}/{version}.*/bin/python"))  # noqa: PTH207
    path = next(iter(found), None) or shutil.which(f"python{version}")
    if not path:
        pytest.skip(f"no Python {version} on this machine")
    return path


def one_line(complaint: str) -> str:
    assert complaint.count("\n") == 1, complaint
    assert complaint.startswith("nexus: ")
    return complaint


# --- the Python that make found


@pytest.mark.parametrize("version", OLD)
def test_an_old_python_says_in_one_line_that_it_is_too_old(clone: Path, version: str) -> None:
    code, said, complaint = install(clone, python=old_python(version), PATH="/nowhere")
    assert code == 1
    assert said == ""
    assert f"Python {version} is too old: install Python 3.11 to 3." in one_line(complaint)


def test_a_python_that_is_too_new_says_so(clone: Path) -> None:
    code, said, complaint = install(clone, "-c", NEW, PATH="/nowhere")
    assert (code, said) == (1, "")
    assert "Python 3.99 is too new: install Python 3.11 to 3." in one_line(complaint)


def test_a_python_that_is_too_new_goes_on_with_another(clone: Path, tmp_path: Path) -> None:
    proved = tmp_path / NEWEST
    proved.write_text("#!/bin/sh\n[ $1 = -c ] || echo went on\n", encoding="utf-8")
    proved.chmod(0o755)
    assert install(clone, "-c", NEW, PATH=f"{tmp_path}:{os.defpath}") == (0, "went on\n", "")


@pytest.mark.parametrize("version", OLD)
def test_an_old_python_goes_on_with_a_newer_one_of_the_machine(clone: Path, tmp_path: Path, version: str) -> None:
    newer = tmp_path / NEWEST
    newer.write_text(NEWER, encoding="utf-8")
    newer.chmod(0o755)
    code, said, complaint = install(clone, python=old_python(version), PATH=f"{tmp_path}:{os.defpath}")
    assert (code, said, complaint) == (0, f"went on with {newer} install.py\n", "")


def test_a_newer_python_that_does_not_run_is_passed_over(clone: Path, tmp_path: Path) -> None:
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2; exit 127\n", encoding="utf-8")
    shim.chmod(0o755)
    code, _, complaint = install(clone, python=old_python("3.9"), PATH=str(tmp_path))
    assert code == 1
    assert "too old" in one_line(complaint)


def test_a_python_without_venv_says_what_to_install(clone: Path) -> None:
    code, _, complaint = install(clone, "-c", NO_ENSUREPIP)
    assert code == 1
    assert "sudo apt-get install python3-venv" in one_line(complaint)


# --- why it failed


def test_without_a_network_nothing_counts_as_installed(clone: Path, closed_port: int) -> None:
    nowhere = f"http://127.0.0.1:{closed_port}/simple"
    code, said, complaint = install(clone, PIP_INDEX_URL=nowhere, PIP_CONFIG_FILE=os.devnull, UV_INDEX_URL=nowhere)
    assert code == 1
    assert "the package index can't be reached: connect to the network" in one_line(complaint)
    assert said.splitlines()[-1].endswith("failed")
    assert not (clone / ".venv" / "nexus-installed").exists()


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("WARNING: Retrying: NewConnectionError('Connection refused')\nERROR: No matching distribution", UNREACHABLE),
        ("error: Failed to fetch: `x`\n  Caused by: dns error: failed to lookup", UNREACHABLE),
        ("WARNING: ProxyError('Tunnel connection failed: 407')\nERROR: No matching distribution", "the proxy does not"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "the package index shows a certif"),
        ("  Caused by: invalid peer certificate: UnknownIssuer", "the package index shows a certificate"),
        ("Collecting uv\nERROR: THESE PACKAGES DO NOT MATCH THE HASHES\n  uv from x", "a package is not the one"),
        ("error: Failed to read `uv`\n  Caused by: Hash mismatch for `uv==1`", "a package is not the one"),
        ("first\nOSError: [Errno 28] No space left on device\n", "the disk is full: free 1 GB"),
        ("ERROR: Cannot connect uv==1 and uv<1: ResolutionImpossible: for help visit", "ERROR: Cannot connect uv==1"),
        ("ERROR: Could not find a version that satisfies the resolution", "ERROR: Could not find a version"),
        ("only words\n\n", "only words"),
        ("", "it gave no reason"),
    ],
)
def test_a_cause_is_named_only_where_it_is_known(clone: Path, output: str, expected: str) -> None:
    assert module_of(clone).reason(output).startswith(expected)


# --- what is there already


def test_what_is_installed_is_not_installed_again(clone: Path) -> None:
    stamp(clone)
    assert install(clone) == (0, "", "")


def test_a_contributors_packages_are_a_learners_too(clone: Path) -> None:
    stamp(clone, "requirements-all.lock")
    assert install(clone) == (0, "", "")


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_change_of_what_is_wanted_makes_the_install_go_on(clone: Path, changed: str) -> None:
    stamp(clone)
    (clone / changed).write_text("", encoding="utf-8")
    _, said, _ = install(clone, "-c", NO_ENSUREPIP)  # stops at its first step
    assert "Python environment" in said


def test_a_clone_that_was_moved_is_installed_again(clone: Path, tmp_path: Path) -> None:
    stamp(clone)
    moved = clone.rename(tmp_path / "elsewhere")
    _, said, _ = install(moved, "-c", NO_ENSUREPIP)
    assert "Python environment" in said


def test_a_second_install_waits_for_the_first(clone: Path, eventually: Callable[[Callable[[], object]], None]) -> None:
    (clone / ".nexus").mkdir()
    lock = clone / ".nexus" / "install.lock"
    with lock.open("w", encoding="utf-8") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        command = [sys.executable, "nexus/install.py"]
        second = subprocess.Popen(
            command, cwd=clone, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
        )
        watched = psutil.Process(second.pid)
        eventually(lambda: str(lock) in [file.path for file in watched.open_files()])
        stamp(clone)  # the first is done
    said, _ = second.communicate(timeout=30)
    assert (second.returncode, said) == (0, "")
