"""`nexus.serve("api")` and `nexus systems`: the systems as a server of the clone, gone when their user is."""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import requests

import nexus
from nexus import Lab, paths, services
from nexus.services import apt
from nexus.services.home import Home, kinds
from nexus.services.systems import declared
from nexus.systems import Role, role_on

OPEN = """
import nexus
lab = nexus.open("test-systems-tied-{worker}", needs=("postgres", "redis"))
served = nexus.serve("api", workers=1)
print(served.url, flush=True)
input()
"""


def test_a_role_serves_the_room_with_sample_data_and_settings(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab()
    served = nexus.serve("api", workers=2, failed_logins="1/hour")
    try:
        assert len(requests.get(f"{served.url}/api/v1/listings/", timeout=10).json()["results"]) == 20
        assert lab.sql("select count(*) from listings_listing") == [60]
        guess = {"email": "guest@example.com", "password": "wrong"}
        answers = [requests.post(f"{served.url}/api/v1/auth/token/", json=guess, timeout=10) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [401, 429]
        assert served.password not in repr(served)
        assert "there" in served.manage("seed")
    finally:
        served.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(served.url, timeout=5)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Django's commands that this process runs, as they are run."""
    ran: list[list[str]] = []
    run = subprocess.run

    def spy(command: list[str], **options: Any) -> Any:
        if "systems.manage" in command:
            ran.append([str(part) for part in command[3:]])
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", spy)
    return ran


def test_the_second_serve_runs_no_migration_and_no_seed(
    open_lab: Callable[..., Lab], commands: list[list[str]]
) -> None:
    open_lab("-first")
    nexus.serve("api", workers=1).stop()
    del commands[:]
    lab = open_lab()
    served = nexus.serve("api", workers=1)
    try:
        assert commands == []
        assert lab.sql("select count(*) from listings_listing") == [60]
        assert served.sign_in("guest@example.com")
    finally:
        served.stop()


def test_no_connection_is_opened_before_the_server_forks(open_lab: Callable[..., Lab]) -> None:
    open_lab()
    served = nexus.serve("api", workers=2)
    try:
        master, *workers = served._server.processes()
        assert len(workers) == 2
        assert {connection.status for connection in master.net_connections()} == {psutil.CONN_LISTEN}
    finally:
        served.stop()


def test_a_role_whose_database_does_not_answer_leaves_nothing(
    open_lab: Callable[..., Lab], closed_port: int, eventually: Callable[[Callable[[], object]], None]
) -> None:
    urls = {**open_lab().urls, "postgres": f"postgresql://nobody@127.0.0.1:{closed_port}/none"}
    before = set(services.own_folder().glob("systems-*"))
    with pytest.raises(psycopg.OperationalError):
        Role("api", urls, {})
    # The keeper of an earlier role may still be at its work, for which it makes its folder again.
    eventually(lambda: set(services.own_folder().glob("systems-*")) <= before)


def test_another_role_is_one_entry(open_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch) -> None:
    ready = "import os, pathlib, time; pathlib.Path(os.environ['SYSTEMS_READY_FILE']).touch(); time.sleep(600)"
    idle = {"needs": ["postgres", "redis"], "command": ["timeit", "-n1", "-r1", ready]}
    monkeypatch.setitem(declared()["roles"], "idle", idle)
    lab = open_lab()
    api, other = nexus.serve("api", workers=1), nexus.serve("idle")
    try:
        assert other.url == ""  # it does not listen: it has said that it is ready
        assert role_on(lab, "idle") is other
        assert lab.sql("select count(*) from listings_listing") == [60]
    finally:
        other.stop()
        api.stop()


def test_a_role_needs_its_services_and_its_name(open_lab: Callable[..., Lab]) -> None:
    open_lab(needs=("redis",))
    with pytest.raises(nexus.NexusError, match="needs postgres"):
        nexus.serve("api")
    with pytest.raises(nexus.NexusError, match="roles api, worker, beat, relay, not 'apu'"):
        nexus.serve("apu")


@pytest.mark.skipif(not psutil.LINUX, reason="a kill is looked at through the process table of Linux")
def test_a_role_goes_with_its_process_even_when_that_is_killed(
    worker_id: str, eventually: Callable[[Callable[[], object]], None]
) -> None:
    command = [sys.executable, "-c", OPEN.format(worker=worker_id)]
    with subprocess.Popen(
        command, cwd=paths.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as kernel:
        assert kernel.stdout
        url = kernel.stdout.readline().strip()
        assert requests.get(f"{url}/healthz", timeout=5).ok
        kernel.kill()
    port = int(url.rpartition(":")[2])
    eventually(lambda: not listens(port))


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_rooms_role_keeps_the_settings_it_was_given(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab()
    served = nexus.serve("api", workers=1, access_minutes=90)
    try:
        assert role_on(lab) is served
        ada = served.sign_in("guest@example.com")
        assert ada.get(f"{served.url}/api/v1/auth/me/", timeout=30).json()["name"] == "Ada"
        with pytest.raises(requests.HTTPError):
            served.sign_in("nobody@example.com")
        claims = json.loads(base64.urlsafe_b64decode(str(ada.headers["Authorization"]).split(".")[1] + "=="))
        assert claims["exp"] - claims["iat"] == 90 * 60
    finally:
        served.stop()
    again = role_on(lab)
    assert again is not served
    again.stop()


# --- the command


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


def test_a_booking_becomes_mail_over_rabbitmq(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(needs=("postgres", "redis", "rabbitmq"))
    roles = [nexus.serve(role, workers=1) for role in ("api", "worker", "relay")]
    guest = roles[0].sign_in("guest@example.com")
    try:
        book(roles[0].url, guest)
        subjects = mails(lab.inbox.page or "", 2)
    finally:
        for role in roles:
            role.stop()
    assert sorted(subject.partition(" for ")[0] for subject in subjects) == ["A request", "Your request"]


def book(url: str, guest: requests.Session) -> None:
    listing = requests.get(f"{url}/api/v1/listings/", timeout=10).json()["results"][0]["id"]
    first = date.today() + timedelta(days=500)
    stay = {"listing": listing, "check_in": str(first), "check_out": str(first + timedelta(days=2)), "guests": 1}
    guest.post(f"{url}/api/v1/bookings/", json=stay, timeout=10).raise_for_status()


def mails(page: str, count: int) -> list[str]:
    """The subjects, once so many have come."""
    subjects: list[str] = []
    deadline = time.monotonic() + 60
    while len(subjects) < count:
        assert time.monotonic() < deadline
        subjects = [mail["subject"] for mail in requests.get(f"{page}/messages.json", timeout=10).json()]
    return subjects


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
