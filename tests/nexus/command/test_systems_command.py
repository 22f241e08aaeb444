"""`nexus systems`: the systems for a front end, until Ctrl-C."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from nexus import paths
from nexus.services import apt
from nexus.services.home import Home, kinds
from tests.nexus.served import book, listens, mails


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    for folder in (tmp_path / "home", tmp_path / "home" / "systems"):
        Home(folder).remove()


def start(home: Path, port: int) -> tuple["subprocess.Popen[str]", str]:
    """The command, and what it said until it was ready or ended."""
    command = [sys.executable, "-m", "nexus", "systems", "--port", str(port)]
    environment = {**os.environ, "NEXUS_HOME": str(home), "PORT": "1"}  # of another project
    process = subprocess.Popen(
        command, cwd=paths.ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    )
    said = ""
    for line in process.stdout or ():
        said += line
        if "Ctrl-C" in line:
            break
    return process, said


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end(process: "subprocess.Popen[str]", how: int) -> int:
    process.send_signal(how)
    process.communicate(timeout=60)
    return process.returncode


@pytest.mark.timeout(400)  # it starts eight servers in an empty folder, and again
def test_the_command_keeps_what_was_written(home: Path) -> None:
    port, account = free_port(), {"email": "new@example.com", "password": "the-walnut-tree"}
    url = f"http://127.0.0.1:{port}"
    process, said = start(home, port)
    assert_serves(url, said)
    if apt.rabbitmq_can_be_had():
        assert_mail_arrives(url, said)
    assert (
        requests.post(f"{url}/api/v1/auth/register/", json={**account, "name": "Noor"}, timeout=10).status_code == 201
    )
    assert end(process, signal.SIGINT) == 0
    assert_nothing_left(home, port)
    process, _ = start(home, port)
    assert requests.post(f"{url}/api/v1/auth/token/", json=account, timeout=10).status_code == 200
    assert end(process, signal.SIGTERM) == 0
    assert_nothing_left(home, port)


def assert_serves(url: str, said: str) -> None:
    """Every page and account that the command names."""
    for page in ("/api/v1/docs/", "/api/v1/redoc/", "/admin/"):
        assert url + page in said
        assert requests.get(url + page, timeout=10).ok
    assert f"{url}/graphql/" in said
    assert "GraphiQL" in requests.get(f"{url}/graphql/", headers={"Accept": "text/html"}, timeout=10).text
    password = re.findall(r"Password\s+(\S+)", said)[0]
    for email in (f"{name}@example.com" for name in ("guest", "guest2", "host", "sales", "manager", "admin")):
        assert email in said
        wanted = {"email": email, "password": password}
        assert requests.post(f"{url}/api/v1/auth/token/", json=wanted, timeout=10).ok


def assert_mail_arrives(url: str, said: str) -> None:
    inbox, password = re.findall(r"(?:Inbox|Password)\s+(\S+)", said)
    account = {"email": "guest@example.com", "password": password}
    token = requests.post(f"{url}/api/v1/auth/token/", json=account, timeout=10).json()["access"]
    guest = requests.Session()
    guest.headers["Authorization"] = f"Bearer {token}"
    book(url, guest)
    assert len(mails(inbox, 2)) == 2


def assert_nothing_left(home: Path, port: int) -> None:
    assert not listens(port)
    assert [
        name for name in kinds() for place in (home, home / "systems") if Home(place).server(name).processes()
    ] == []


def test_a_port_that_is_taken_is_an_error_in_a_line(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process, said = start(home, port)
        assert process.wait(60) == 1
    assert (
        said.splitlines()[-1]
        == f"Error: port {port} is taken: stop what listens there, or type `make systems PORT=8080`"
    )
