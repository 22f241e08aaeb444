"""A server that does not answer this program: replaced where nobody else uses it, left alone where somebody does."""

import pytest
import redis

from nexus.errors import ServiceError
from nexus.services import Home
from tests.nexus.services.conftest import Run, line

USE = "home.hold(); home.start([home.server('postgres')]); print('up'); input()"
# A program whose own client is at fault: it never gets an answer, whatever the server does.
DEAF = """
from nexus.errors import ServiceError
from nexus.services.postgres import Postgres
def refuse(service): raise OSError("this client is not well")
Postgres.version, Home.busy_seconds = staticmethod(refuse), 0.2
home.hold()
try:
    home.start([home.server("postgres")])
except ServiceError as error:
    print(error)
input()
"""


def test_a_server_that_another_process_uses_is_never_killed(home: Home, python: Run) -> None:
    first = python(USE)
    assert line(first) == "up"
    before = home.server("postgres").processes()[0]
    said = line(python(DEAF))
    assert said.startswith("postgres runs but does not answer here (this client is not well), and other programs")
    assert before.is_running()
    assert home.server("postgres").answers()


@pytest.mark.parametrize("variable", ["PGSSLMODE=require", "PGOPTIONS=-c statement_timeout=1"])
def test_a_second_process_with_its_own_settings_joins(home: Home, python: Run, variable: str) -> None:
    first = python(USE)
    assert line(first) == "up"
    before = home.server("postgres").processes()[0].pid
    name, _, value = variable.partition("=")
    assert line(python(f"import os, nexus; os.environ[{name!r}] = {value!r}\n" + USE)) in ("up", "")
    assert home.server("postgres").processes()[0].pid == before


def test_a_hung_server_that_nobody_else_uses_is_replaced(home: Home) -> None:
    home.hold()
    server = home.server("redis")
    home.start([server])
    hanging = server.processes()[0].pid
    server.pause()
    home.start([server])
    assert server.processes()[0].pid != hanging


def test_a_server_that_ended_is_started_though_others_use_it(home: Home, python: Run) -> None:
    assert line(python(USE)) == "up"
    home.server("postgres").kill()
    home.hold()
    assert home.start([home.server("postgres")])["postgres"]


def test_a_server_that_is_to_stay_and_is_full_is_not_killed(home: Home) -> None:
    home.hold()
    server = home.server("redis", {"maxclients": "1"})
    home.start([server])
    home.keep.touch()
    before = server.processes()[0].pid
    with redis.Redis.from_url(server.service().url) as client:
        client.ping()
        with pytest.raises(ServiceError, match=r"redis runs but refuses this program \(.*\): type `nexus down`"):
            home.start([server])
    assert server.processes()[0].pid == before


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("redis", {"bind": "0.0.0.0"}), ("postgres", {"listen_addresses": "*"}), ("jupyter", {"ServerApp.ip": "0.0.0.0"})],  # noqa: S104
)
def test_a_server_that_other_machines_could_reach_is_stopped(home: Home, kind: str, settings: dict[str, str]) -> None:
    home.folder.mkdir(parents=True)
    server = home.server(kind, settings)
    with pytest.raises(ServiceError, match=rf"{kind} was stopped at once, for it listened on (0\.0\.0\.0|::):\d+"):
        server.start()
    assert server.processes() == []
