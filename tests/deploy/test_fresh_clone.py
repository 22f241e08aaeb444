"""From a bare clone to a live chapter, as root and as an ordinary user, with nothing cached. `make prove` runs this."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator

import psutil
import pytest
import requests

from tests.deploy.clones import Clone, clone_for

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3600)]

STANDARD_PORTS = (5432, 6379, 5672, 15672, 25672, 4369, 8888)
FIRST_SECONDS, AGAIN_SECONDS = 60, 10


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


def test_make_lab_takes_a_bare_clone_to_jupyterlab(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
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


def test_five_runs_of_the_chapters_give_the_same_outputs(clone: Clone) -> None:
    assert clone.run("make", "install-all").wait() == 0
    for _ in range(5 if clone.user else 1):
        run = clone.run(".venv/bin/python", "-m", "pytest", "-n", "2", "--dist", "loadscope", "--nbval", "notebooks")
        said, _ = run.communicate()
        assert run.returncode == 0, said[-5000:]
        assert re.search(r"\d+ passed", said)


def test_make_test_is_green_in_a_fresh_clone_and_again_at_once() -> None:
    with clone_for("ordinary") as clone:  # as root, CI runs it
        for _ in range(2):
            run = clone.run("make", "test")
            said, _ = run.communicate()
            assert run.returncode == 0, said[-5000:]
