"""The same systems behind an ASGI server."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from django.db import connection

import nexus
from nexus import paths
from nexus.services.ports import free_ports, wait_for_port
from tests.systems import room
from tests.systems.wire import Sender

PATIENCE_SECONDS = 30
OPEN = "select count(*) from pg_stat_activity where datname = current_database()"


class Uvicorn:
    """Uvicorn on the tests' own room."""

    def __init__(self, folder: Path) -> None:
        (port,) = free_ports([None])
        self.url, self.log = f"http://127.0.0.1:{port}", folder / "uvicorn.log"
        environment = {name: value for name, value in room.settings.items() if name.startswith("SYSTEMS_")}
        environment |= {"PATH": os.environ["PATH"], "PYTHONPATH": str(paths.ROOT), "SYSTEMS_ALLOWED_HOSTS": "127.0.0.1"}
        command = [sys.executable, "-m", "uvicorn", "--port", str(port), "--log-level", "error"]
        with self.log.open("ab") as log:  # at its end, wherever that is: tests empty it
            self.process = subprocess.Popen(
                [*command, "systems.asgi:application"], cwd=folder, env=environment, stdout=log, stderr=log
            )
        wait_for_port(port, self.process)

        self.sender = Sender(self.url)

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(f"{self.url}{path}", headers=headers, timeout=PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Uvicorn]:
    served = Uvicorn(tmp_path_factory.mktemp("uvicorn"))
    yield served
    served.process.terminate()
    served.process.wait(PATIENCE_SECONDS)


@pytest.fixture
def uvicorn(served: Uvicorn) -> Uvicorn:
    """With an empty log."""
    os.truncate(served.log, 0)
    return served


def open_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(OPEN)
        (number,) = cursor.fetchone()
    return int(number)


def test_uvicorn_serves_the_systems(uvicorn: Uvicorn) -> None:
    before = open_connections()
    paths = {"/healthz": 200, "/readyz": 200, "/api/v1/listings/": 200, "/admin/login/": 200, "/nowhere": 404}
    for _ in range(4):
        assert {path: uvicorn.get(path).status_code for path in paths} == paths
    deadline = time.monotonic() + PATIENCE_SECONDS
    while open_connections() != before:  # the last one is closed just after its answer has left
        assert time.monotonic() < deadline


def test_a_log_line_under_uvicorn_has_its_request(uvicorn: Uvicorn) -> None:
    uvicorn.get("/nowhere", **{"X-Request-ID": "ours"})
    (line,) = map(json.loads, uvicorn.log.read_text(encoding="utf-8").splitlines())
    assert (line["message"], line["request_id"]) == ("Not Found: /nowhere", "ours")


QUERY = {"query": "{ __typename }"}
LIMIT = 1_500_000  # bytes of a body
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def adapted() -> Iterator[Sender]:
    """The WSGI application behind uvicorn and its adapter, in this process, as the lab serves an app of WSGI."""
    from systems.wsgi import application

    served = nexus.serve(application)
    sender = Sender(served.url)
    sender.host = "testserver"
    yield sender
    served.stop()


@pytest.fixture(params=["asgi", "adapted"])
def sender(request: pytest.FixtureRequest) -> Sender:
    """Both ways to be behind uvicorn."""
    found: Sender = request.getfixturevalue("adapted" if request.param == "adapted" else "uvicorn")
    return getattr(found, "sender", found)


def test_a_body_in_chunks_is_read_behind_uvicorn(sender: Sender) -> None:
    assert sender.in_chunks("POST", "/graphql/", QUERY).json() == {"data": {"__typename": "Query"}}
    whole = json.dumps(QUERY).encode().ljust(LIMIT)
    assert sender.in_chunks("POST", "/graphql/", whole, size=100_000).status == 200
    reply = sender.in_chunks("POST", "/graphql/", whole + b" ", size=100_000)
    assert (*reply.problem(), reply.closes) == (413, "content-too-large", True)


def test_a_body_over_the_limit_closes_behind_uvicorn(sender: Sender) -> None:
    reply = sender.request("POST", "/graphql/", {**JSON, "Content-Length": str(LIMIT + 1)}, b"{}")
    assert (*reply.problem(), reply.closes) == (413, "content-too-large", True)


@pytest.mark.parametrize("charset", ["rot13", "utf-16", "base64", "unknown"])
def test_no_charset_but_utf_8_is_taken_behind_uvicorn(sender: Sender, charset: str) -> None:
    for path in ("/api/v1/listings/?q=%C3%A4", "/graphql/", "/admin/login/", "/healthz"):
        reply = sender.request("POST", path, {"Content-Type": f"application/json; charset={charset}"}, b"{}")
        assert reply.problem() == (415, "unsupported-media-type")


def test_an_odd_address_is_a_bad_request_behind_uvicorn(sender: Sender) -> None:
    for path in ("/%00", "/api/v1/listings/?q=%00"):
        assert sender.request("GET", path).problem() == (400, "bad-request")


def test_a_client_that_leaves_is_no_fault_behind_uvicorn(uvicorn: Uvicorn) -> None:
    sender = uvicorn.sender
    with socket.create_connection(sender.address, timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(sender.raw("POST", "/graphql/", {**JSON, "Content-Length": "100"}) + b"{}")
    assert sender.json("POST", "/graphql/", QUERY).status == 200
    assert uvicorn.log.read_text(encoding="utf-8") == ""
