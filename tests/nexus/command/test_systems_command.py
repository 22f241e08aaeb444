"""`nexus systems`: the systems for a front end, until Ctrl-C."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from nexus import paths
from nexus.services import apt
from nexus.services.home import Home, kinds
from tests.nexus.served import book, listens, mails

BY_COMMAND = ["-m", "nexus"]
WITHOUT_RABBITMQ = [
    "-c",
    "from nexus.services import apt; apt.rabbitmq_can_be_had = lambda: False; import runpy; runpy.run_module('nexus')",
]
PATIENCE_SECONDS = 120  # what starts just then is started first, and RabbitMQ takes its time to stop
WAITS = "! mail and what is due later wait in the outbox for RabbitMQ"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Of all these tests: the next one finds there what the one before has left."""
    home = tmp_path_factory.mktemp("systems") / "home"
    yield home
    for folder in (home, home / "systems"):
        Home(folder).remove()


def start(
    home: Path, port: int, until: str = "Ctrl-C", program: list[str] = BY_COMMAND, **settings: str
) -> tuple["subprocess.Popen[str]", str]:
    """The command, and what it said until then or until it ended."""
    command = [sys.executable, *program, "systems", "--port", str(port)]
    environment = {**os.environ, "NEXUS_HOME": str(home), "NEXUS_APT": "0", "PORT": "1"}  # of another project
    process = subprocess.Popen(
        command,
        cwd=paths.ROOT,
        env={**environment, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    return process, read(process, until)


def read(process: "subprocess.Popen[str]", until: str) -> str:
    """What it says from now until a line with this, or until it ends."""
    said = ""
    for line in process.stdout or ():
        said += line
        if until in line:
            break
    return said


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end(process: "subprocess.Popen[str]", how: int) -> int:
    process.send_signal(how)
    process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode


@pytest.mark.timeout(400)  # it starts ten servers in an empty folder, and again
def test_the_command_keeps_what_was_written(home: Path) -> None:
    port, account = free_port(), {"email": "new@example.com", "password": "the-walnut-tree"}
    url = f"http://127.0.0.1:{port}"
    process, said = start(home, port)
    assert_serves(url, said)
    assert_knows_its_provider(home, url, said)
    if apt.rabbitmq_can_be_had():
        said += read(process, "Metrics")
        assert_mail_arrives(url, said)
        assert_counts(said)
        assert manage(home, "dead_letters", "list") == (0, "0 dead letters\n", "")
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
    password, inbox = re.findall(r"(?:Inbox|Password)\s+(\S+)", said)
    account = {"email": "guest@example.com", "password": password}
    token = requests.post(f"{url}/api/v1/auth/token/", json=account, timeout=10).json()["access"]
    guest = requests.Session()
    guest.headers["Authorization"] = f"Bearer {token}"
    book(url, guest)
    assert len(mails(inbox, 2)) == 2


def assert_knows_its_provider(home: Path, url: str, said: str) -> None:
    (dashboard,) = re.findall(r"Payments\s+(\S+)", said)
    assert requests.get(dashboard, timeout=10).json()["webhook_url"] == f"{url}/api/v1/payments/webhook/"
    api = Home(home / "systems").server("systems").processes()[0]
    assert f"{api.environ()['SYSTEMS_PAYMENTS_URL']}/dashboard" == dashboard


def assert_counts(said: str) -> None:
    (metrics,) = re.findall(r"Metrics\s+(\S+)", said)
    sent = 'systems_task_seconds_count{outcome="succeeded",task="notifications.'
    deadline = time.monotonic() + 30  # a task is counted when it is over, a moment after its mail
    while not (scraped := requests.get(metrics, timeout=10).text).count(sent):
        assert time.monotonic() < deadline, scraped
    assert 'systems_up{server="rabbitmq"} 1.0' in scraped
    assert 'systems_up{server="postgres"} 1.0' in scraped


def manage(home: Path, *arguments: str) -> tuple[int, str, str]:
    """`nexus manage`: its exit code, and what it said."""
    command, environment = (
        [sys.executable, "-m", "nexus", "manage", *arguments],
        {**os.environ, "NEXUS_HOME": str(home)},
    )
    done = subprocess.run(command, cwd=paths.ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
    return done.returncode, done.stdout, done.stderr


def assert_nothing_left(home: Path, port: int) -> None:
    assert not listens(port)
    assert [
        name for name in kinds() for place in (home, home / "systems") if Home(place).server(name).processes()
    ] == []


def test_a_port_that_is_taken_is_said_before_anything_starts(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process, said = start(home, port)
        assert process.wait(60) == 1
    assert said == f"Error: port {port} is taken: stop what listens there, or type `make systems PORT=8080`\n"


def test_manage_needs_systems_that_run(home: Path) -> None:
    why = "Error: the systems of this clone do not run: type `make systems` in another terminal\n"
    assert manage(home, "dead_letters") == (1, "", why)


@pytest.mark.timeout(400)
def test_the_api_does_not_wait_for_rabbitmq(home: Path) -> None:
    """Nor does Ctrl-C leave anything of what starts just then."""
    port = free_port()
    process, said = start(home, port)
    assert_serves(f"http://127.0.0.1:{port}", said)
    assert "rabbitmq" not in said
    assert end(process, signal.SIGINT) == 0
    assert_nothing_left(home, port)


def test_ctrl_c_before_the_api_answers_stops_all(home: Path) -> None:
    port = free_port()
    process, said = start(home, port, until="started")
    process.send_signal(signal.SIGINT)
    said += process.communicate(timeout=PATIENCE_SECONDS)[0]
    assert (process.returncode, "Swagger" in said) == (0, False)
    assert_nothing_left(home, port)


def test_without_the_broker_it_says_what_waits(home: Path) -> None:
    port = free_port()
    process, said = start(home, port, until=WAITS, program=WITHOUT_RABBITMQ)
    assert f"{WAITS}: " in said
    assert_serves(f"http://127.0.0.1:{port}", said)
    assert end(process, signal.SIGINT) == 0
    assert_nothing_left(home, port)


def test_a_broker_that_is_down_leaves_the_api(home: Path) -> None:
    port, nowhere = free_port(), free_port()
    process, said = start(home, port, until=WAITS, NEXUS_RABBITMQ_URL=f"amqp://nobody:none@127.0.0.1:{nowhere}/")
    assert f"! rabbitmq at 127.0.0.1:{nowhere} does not answer" in said
    assert_serves(f"http://127.0.0.1:{port}", said)
    assert end(process, signal.SIGINT) == 0
    assert_nothing_left(home, port)
