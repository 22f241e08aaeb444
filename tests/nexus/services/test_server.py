"""One server and what can happen to it. Each test runs on Postgres, Redis and RabbitMQ unless its name says which."""

import signal
import socket
import stat
import subprocess
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import psutil
import psycopg
import pytest
import redis
import requests

from nexus.errors import ServiceError
from nexus.services import Home, Service, kinds
from nexus.services.server import Server
from tests.nexus.services.conftest import KIND_NAMES

LOOPBACK = {"127.0.0.1", "::1"}
T = TypeVar("T")
every_kind = pytest.mark.parametrize("kind", KIND_NAMES)


def of_each(server: Server, ask: Callable[[psutil.Process], Iterable[T]]) -> list[T]:
    """What the server's processes answer. A worker of Postgres' may end before it is asked; it has nothing to say."""
    answers: list[T] = []
    for process in server.processes():
        with suppress(psutil.NoSuchProcess):
            answers += ask(process)
    return answers


@every_kind
def test_no_process_is_left_after_a_stop(server: Server, kind: str, ended: Callable[[psutil.Process], bool]) -> None:
    family = of_each(server, lambda process: [process, *process.children(recursive=True)])
    assert family
    ports = [server.port(which) for which in server.ports]
    server.stop()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert all(map(ended, alive))
    assert server.processes() == []
    for port in ports:  # the one that listened there, Erlang's port mapper too
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


@every_kind
def test_a_server_listens_on_the_loopback_address_only(server: Server, kind: str) -> None:
    ports = {server.port(which) for which in server.ports}
    listening = [
        tuple(connection.laddr)
        for connection in psutil.net_connections("inet")  # of every process: a helper may not count as the server's
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port in ports
    ]
    assert {port for _, port in listening} == ports
    assert {address for address, _ in listening} <= LOOPBACK
    also = of_each(server, lambda process: process.net_connections("inet"))
    assert {each.laddr.ip for each in also if each.status == "LISTEN"} <= LOOPBACK


@every_kind
def test_a_paused_server_goes_on_when_resumed(server: Server, kind: str) -> None:
    server.pause()
    with socket.create_connection(("127.0.0.1", server.port()), timeout=5) as probe:
        probe.settimeout(0.5)
        probe.sendall(b"PING\r\n")
        with pytest.raises(TimeoutError):
            probe.recv(1)
    server.resume()
    assert server.answers()


@every_kind
def test_a_paused_server_can_be_stopped_and_not_only_killed(server: Server, kind: str) -> None:
    server.pause()
    server.stop()
    assert server.processes() == []
    farewell = {
        "postgres": "received fast shutdown request",
        "redis": "SIGTERM",
        "rabbitmq": "",
    }  # it logs warnings only
    assert farewell[kind] in server.log.read_text(encoding="utf-8")


@every_kind
def test_a_start_replaces_a_server_that_hangs(server: Server, kind: str) -> None:
    hanging = {process.pid for process in server.processes()}
    server.pause()
    server.start()
    assert server.answers()
    assert not hanging & {process.pid for process in server.processes()}


@every_kind
def test_a_restart_keeps_the_port_and_a_taken_port_is_given_up(server: Server, kind: str) -> None:
    port = server.port()
    with socket.create_connection(("127.0.0.1", port)):  # its end is the server's, and keeps the port in TIME_WAIT
        server.restart()
    assert server.port() == port
    server.stop()
    with socket.create_server(("127.0.0.1", port)):
        server.start()
        assert server.port() != port


@every_kind
def test_a_second_start_finds_the_first(server: Server, kind: str) -> None:
    before = {process.pid for process in server.processes()}
    server.start()
    assert server.processes()[0].pid in before


@every_kind
def test_nobody_gets_in_without_the_password(server: Server, kind: str) -> None:
    password = server.password()
    wrong = Service(kind, "embedded", server.service().url.replace(password, "guessed"))
    api = (server.service().api_url or "").replace(password, "guessed")
    with pytest.raises((psycopg.OperationalError, redis.AuthenticationError, requests.HTTPError)):
        kinds()[kind].version(Service(kind, "embedded", wrong.url, api))


@every_kind
def test_other_users_of_the_machine_can_read_no_secret(server: Server, kind: str) -> None:
    readable = stat.S_IRGRP | stat.S_IROTH
    assert not server.folder.stat().st_mode & (readable | stat.S_IXGRP | stat.S_IXOTH)
    holding = [
        path
        for path in server.folder.glob("*")
        if path.is_file() and server.password() in path.read_text(encoding="utf-8")
    ]
    assert holding
    assert not [path for path in holding if path.stat().st_mode & readable]
    shown = " ".join(of_each(server, psutil.Process.cmdline))
    assert server.password() not in shown


@every_kind
def test_a_long_path_is_no_obstacle(tmp_path: Path, kind: str) -> None:
    home = Home(tmp_path.joinpath(*["a folder with a rather long name"] * 5))
    home.folder.mkdir(parents=True)
    try:
        assert home.server(kind).start()
    finally:
        home.remove()


@every_kind
def test_a_server_that_cannot_start_says_why_in_one_line(home: Home, kind: str) -> None:
    home.folder.mkdir(parents=True)
    watermark = "vm_memory_high_watermark.relative"
    nonsense = {"postgres": "shared_buffers", "redis": "maxmemory-policy", "rabbitmq": watermark}
    server = home.server(kind, {nonsense[kind]: "nonsense"})
    with pytest.raises(ServiceError) as caught:
        server.start()
    assert str(caught.value).startswith(f"{kind} did not start: ")
    assert str(server.log) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert server.processes() == []


def test_postgres_starts_over_a_stale_pid_file(home: Home) -> None:
    home.folder.mkdir(parents=True)
    server = home.server("postgres")
    server.start()
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text(encoding="utf-8").splitlines()
    server.kill()
    # A process of the same user as the server's, with the number that the dead server had.
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, user=pid_file.owner()) as innocent:
        pid_file.write_text("\n".join([str(innocent.pid), *lines[1:]]) + "\n", encoding="utf-8")
        server.start()
        assert innocent.poll() is None
        innocent.terminate()


def test_rabbitmq_starts_no_port_mapper_besides_ours(home: Home) -> None:
    home.folder.mkdir(parents=True)
    server = home.server("rabbitmq")
    server.start()
    ours = str(server.port("epmd"))
    mappers = [p for p in psutil.process_iter(["name", "environ"]) if p.info["name"] == "epmd"]
    of_this_node = [p for p in mappers if (p.info["environ"] or {}).get("ERL_EPMD_PORT") == ours]
    assert [process.cwd() for process in of_this_node] == [str(server.folder)]


def test_rabbitmq_that_is_gone_puts_no_data_aside(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nexus.services.rabbitmq.SCRIPT_PLACES", ())
    monkeypatch.setattr("nexus.services.rabbitmq.unpacked", lambda: home.folder / "nowhere")
    monkeypatch.setenv("PATH", "")
    server = home.server("rabbitmq")
    server.data.mkdir(parents=True)
    server._finished_a_start.touch()
    with pytest.raises(ServiceError, match="is missing"):
        server.start()
    assert server.data.exists()


@pytest.mark.prove  # three starts of RabbitMQ, one of which has to fail first
def test_rabbitmq_sets_unreadable_data_aside_and_starts(home: Home) -> None:
    home.folder.mkdir(parents=True)
    server = home.server("rabbitmq")
    server.start()
    server.kill()
    for schema in server.data.rglob("schema.DAT"):
        schema.write_bytes(b"half a schema")
    server.start()
    assert server.answers()
    assert (server.folder / "data.broken").exists()


def test_a_stop_that_is_ignored_becomes_a_kill(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.folder.mkdir(parents=True)
    server = home.server("redis")
    server.start()
    monkeypatch.setattr(server, "stop_signal", signal.SIGCONT)  # a signal that Valkey does not end on
    monkeypatch.setattr("nexus.services.processes.STOP_SECONDS", 0.5)
    server.stop()
    assert server.processes() == []
