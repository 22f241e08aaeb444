"""`nexus.serve("api")`: the systems as a server of the clone, gone when their user is."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import psutil
import psycopg
import pytest
import requests

import nexus
from nexus import Lab, paths, services
from nexus.services.systems import declared
from nexus.systems import Role, role_on
from tests.nexus.served import book, listens, mails

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


def test_no_connection_is_opened_before_the_server_forks(
    open_lab: Callable[..., Lab], eventually: Callable[[Callable[[], object]], None]
) -> None:
    open_lab()
    served = nexus.serve("api", workers=2)
    try:
        eventually(
            lambda: len(served._server.processes()) == 3
        )  # the first worker may answer before the second is there
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
    with pytest.raises(nexus.NexusError, match="roles api, worker, beat, relay, metrics, not 'apu'"):
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


def test_a_report_that_was_missed_comes_over_rabbitmq(open_lab: Callable[..., Lab]) -> None:
    """From beat to a manager's mail, as soon as there is a beat again."""
    lab = open_lab(needs=("postgres", "redis", "rabbitmq"))
    roles = [nexus.serve(role, workers=1) for role in ("worker", "relay")]
    lab.sql("insert into outbox_schedule values ('crm.report', now() - interval '8 days')")
    roles.append(nexus.serve("beat"))
    try:
        [subject] = mails(lab.inbox.page or "", 1)
    finally:
        for role in roles:
            role.stop()
    assert subject.startswith("The week until ")
