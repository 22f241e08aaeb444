"""`make lab` from the outside: what it prints, what answers, and what is left when it ends, however it ends."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest
import requests

from nexus import paths
from nexus.services import Home
from tests.nexus.services.conftest import running, wait_for_keeper

COMMAND = [sys.executable, "-m", "nexus", "lab"]


def environment(home: Home) -> dict[str, str]:
    return {**os.environ, "NEXUS_HOME": str(home.folder), "NEXUS_WORK": str(home.folder.with_name("own copies"))}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One for all tests: an empty folder costs them ten seconds of first starts."""
    home = Home(tmp_path_factory.mktemp("lab command") / "home of servers")
    yield home
    home.remove()


@pytest.fixture
def lab(home: Home) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        COMMAND,
        cwd=paths.ROOT,
        env=environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
        encoding="utf-8",
    )
    yield process
    process.kill()
    process.communicate()
    Home(home.folder / "lab").remove()


def address(lab: subprocess.Popen[str]) -> str:
    """The address that the lab prints when it is ready."""
    assert lab.stdout is not None
    said = ""
    for line in lab.stdout:
        said += line
        if found := re.search(r"http://127\.0\.0\.1:\d+/lab\S*\?token=\S+", line):
            assert re.search(r"^✓ ready +\d+\.\d s in all$", said, re.MULTILINE), "one sum of what it took"
            return found.group()
    raise AssertionError("the lab ended without an address")


def test_the_lab_serves_the_chapters_and_ctrl_c_leaves_nothing(lab: subprocess.Popen[str], home: Home) -> None:
    url = address(lab)
    contents = re.sub(r"/lab\S*\?", "/api/contents?", url)
    names = {entry["name"] for entry in requests.get(contents, timeout=10).json()["content"]}
    assert {path.name for path in paths.NOTEBOOKS.glob("[0-9]*.ipynb")} <= names
    assert requests.get(contents.partition("?")[0], timeout=10).status_code == 403, "without the token nobody gets in"
    assert Home(home.folder / "lab").is_held(), "its keeper would stop JupyterLab"
    jupyter = Home(home.folder / "lab").server("jupyter").processes()[0]
    assert {each.laddr[0] for each in jupyter.net_connections("inet") if each.status == "LISTEN"} == {"127.0.0.1"}
    assert url.rpartition("=")[2] not in " ".join(jupyter.cmdline()), "every user can read a command line"
    family = psutil.Process(lab.pid).children(recursive=True)
    lab.send_signal(signal.SIGINT)
    assert lab.wait(60) == 0
    wait_for_keeper(home)
    wait_for_keeper(Home(home.folder / "lab"))
    assert running(home) == running(Home(home.folder / "lab")) == {}
    assert not [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def test_a_second_lab_points_to_the_first(lab: subprocess.Popen[str], home: Home) -> None:
    url = address(lab)
    second = subprocess.run(
        COMMAND, cwd=paths.ROOT, env=environment(home), capture_output=True, check=True, encoding="utf-8"
    )
    assert url.partition("?")[2] in second.stdout
    assert "runs already" in second.stdout
    lab.kill()
    for each in (Home(home.folder / "lab"), home):
        wait_for_keeper(each)
        assert running(each) == {}
