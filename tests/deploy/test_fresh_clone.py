"""From a bare clone to a live chapter, as root and as an ordinary user, with nothing cached. `make prove` runs this."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests

from nexus import paths

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3600)]

ORDINARY_USER = "nobody"
STANDARD_PORTS = (5432, 6379, 5672, 15672, 25672, 4369, 8888)
FIRST_SECONDS, AGAIN_SECONDS = 60, 10


@dataclass
class Clone:
    """A clone in a folder with a space in its name, and the user who works in it, with a home that holds no cache."""

    folder: Path
    user: str | None

    def run(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment(),
            user=self.user,
            group=None if self.user is None else "nogroup",
            extra_groups=None if self.user is None else [],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def environment(self) -> dict[str, str]:
        """That of this test, less what is the tester's own: settings of the lab, of Python, and places of caches."""
        own = ("NEXUS_", "PYTHON", "PYTEST_", "XDG_", "VIRTUAL_ENV", "UV_CACHE", "PIP_CACHE", "MAKE", "MFLAGS")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        return {**kept, "HOME": str(self.folder.parent / "home"), "PYTHON": python_for_all()}

    def processes(self) -> list[psutil.Process]:
        """What runs out of this clone, by working folder or by command line."""
        found = []
        for process in psutil.process_iter(["cmdline", "cwd", "status"]):
            where = " ".join([process.info["cwd"] or "", *(process.info["cmdline"] or [])])
            if str(self.folder) in where and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process)
        return found


def python_for_all() -> str:
    """A Python that every user of the machine may run: not one in root's own home."""
    for candidate in ("/usr/bin/python3.13", "/usr/bin/python3.12", "/usr/bin/python3.11"):
        if os.access(candidate, os.X_OK):
            return candidate
    pytest.skip("no Python of the machine's own, 3.11 or newer, in /usr/bin")


@contextlib.contextmanager
def clone_for(user: str) -> Iterator[Clone]:
    if user == "ordinary" and os.geteuid() != 0:
        pytest.skip("this is an ordinary user already: the case called root runs as you")
    place = Path(tempfile.mkdtemp(prefix="a fresh clone ", dir="/var/tmp"))
    clone = Clone(place / "project nexus", ORDINARY_USER if user == "ordinary" else None)
    subprocess.run(["git", "clone", "--quiet", paths.ROOT, clone.folder], check=True)
    (place / "home").mkdir()
    if clone.user:
        subprocess.run(["chown", "-R", f"{clone.user}:nogroup", place], check=True)
    try:
        yield clone
    finally:
        for process in clone.processes():
            process.kill()
        shutil.rmtree(place)


@pytest.fixture(scope="module", params=["root", "ordinary"])
def clone(request: pytest.FixtureRequest) -> Iterator[Clone]:
    with clone_for(request.param) as clone:
        yield clone


def wait_for_address(lab: subprocess.Popen[str]) -> tuple[str, str]:
    """The address that `make lab` prints when JupyterLab and the services answer, and all it said before."""
    assert lab.stdout is not None
    said = ""
    for line in lab.stdout:
        said += line
        if found := re.search(r"http://127\.0\.0\.1:\d+/lab\S*\?token=\S+", line):
            return found.group(), said
    raise AssertionError(f"make lab ended without an address:\n{said}")


def press_ctrl_c(lab: subprocess.Popen[str]) -> None:
    """What a terminal does: the signal goes to everybody in the foreground, make included."""
    os.killpg(lab.pid, signal.SIGINT)
    lab.communicate(timeout=60)


def gone(clone: Clone) -> bool:
    _, alive = psutil.wait_procs(clone.processes(), timeout=30)
    return not alive


@contextlib.contextmanager
def standard_ports_taken() -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for port in STANDARD_PORTS:
            with contextlib.suppress(OSError):  # somebody else has it already, which serves as well
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
        yield


def test_make_lab_goes_from_a_bare_clone_to_a_jupyterlab_that_answers(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = []
    for bound in (FIRST_SECONDS, AGAIN_SECONDS):
        began = time.monotonic()
        with standard_ports_taken():
            lab = clone.run("make", "lab")
            url, said = wait_for_address(lab)
            seconds.append(time.monotonic() - began)
            assert requests.get(url, timeout=10).ok
            press_ctrl_c(lab)
        assert gone(clone), f"left running: {clone.processes()}"
        assert seconds[-1] < bound, said
    with capsys.disabled():
        print(f"\nmake lab as {clone.user or 'root'}: {seconds[0]:.1f} s bare, {seconds[1]:.1f} s again")


def test_make_lab_works_offline_once_it_is_installed(clone: Clone) -> None:
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("taking the network away needs root, unshare and ip")
    as_user = ("setpriv", f"--reuid={clone.user}", "--regid=nogroup", "--clear-groups") if clone.user else ()
    alone = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "alone", *as_user)
    lab = Clone(clone.folder, user=None).run(*alone, "make", "lab")
    wait_for_address(lab)  # it prints the address once JupyterLab has answered
    press_ctrl_c(lab)
    assert gone(clone)


def test_two_clones_run_side_by_side(clone: Clone) -> None:
    with clone_for("ordinary" if clone.user else "root") as other:
        labs = [clone.run("make", "lab"), other.run("make", "lab")]
        addresses = {wait_for_address(lab)[0] for lab in labs}
        assert len(addresses) == 2
        assert all(requests.get(address, timeout=10).ok for address in addresses)
        for lab in labs:
            press_ctrl_c(lab)
        assert gone(clone)
        assert gone(other)


def test_the_chapters_run_five_times_in_a_row_with_the_same_outputs(clone: Clone) -> None:
    for _ in range(5):
        run = clone.run(".venv/bin/python", "-m", "pytest", "--nbval", "notebooks")
        said, _ = run.communicate()
        assert run.returncode == 0, said[-5000:]
        assert re.search(r"\d+ passed", said)


@pytest.mark.parametrize(("user", "times"), [("root", 1), ("ordinary", 2)])
def test_make_test_is_green_in_a_fresh_clone_and_again_at_once(user: str, times: int) -> None:
    with clone_for(user) as clone:
        for _ in range(times):
            run = clone.run("make", "test")
            said, _ = run.communicate()
            assert run.returncode == 0, said[-5000:]
