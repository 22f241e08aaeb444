"""A server that is killed keeps what it has promised to keep, and starts again."""

import itertools
import subprocess
import threading
from collections.abc import Iterator

import pika
import psycopg
import pytest
import redis

from nexus.services import Home, Service
from nexus.services.server import Server
from tests.nexus.services.conftest import KIND_NAMES, Run, line

every_kind = pytest.mark.parametrize("kind", KIND_NAMES)


def write_until(stop: threading.Event, service: Service, written: list[int]) -> None:
    """Write 0, 1, 2 ... and note each one that the server has promised to keep, until it answers no more."""
    try:
        for number, _ in zip(writes(service), itertools.count(), strict=False):
            written.append(number)
            if stop.is_set():
                return
    except (psycopg.Error, redis.RedisError, pika.exceptions.AMQPError, OSError):
        return  # it was killed, as planned


def writes(service: Service) -> Iterator[int]:
    if service.name == "postgres":
        with psycopg.connect(service.url, autocommit=True) as connection:
            connection.execute("create table if not exists kept (number int)")
            for number in itertools.count():
                connection.execute("insert into kept values (%s)", [number])
                yield number
    if service.name == "redis":
        with redis.Redis.from_url(service.url) as client:
            for number in itertools.count():
                client.rpush("kept", number)
                yield number
    channel = pika.BlockingConnection(pika.URLParameters(service.url)).channel()
    channel.queue_declare("kept", durable=True)
    channel.confirm_delivery()
    for number in itertools.count():
        channel.basic_publish("", "kept", str(number).encode(), pika.BasicProperties(delivery_mode=2))
        yield number


def kept(service: Service) -> int:
    if service.name == "postgres":
        with psycopg.connect(service.url) as connection:
            return int(connection.execute("select count(*) from kept").fetchone()[0])  # type: ignore[index]
    connection = pika.BlockingConnection(pika.URLParameters(service.url))
    count = int(connection.channel().queue_declare("kept", passive=True).method.message_count)
    connection.close()
    return count


@every_kind
def test_a_server_killed_while_writing_keeps_what_it_promised(server: Server, kind: str) -> None:
    written: list[int] = []
    busy = threading.Thread(target=write_until, args=(threading.Event(), server.service(), written))
    busy.start()
    while len(written) < 200 and busy.is_alive():
        busy.join(0.01)
    server.kill()
    busy.join()
    assert server.processes() == []
    again = server.start()
    assert len(written) >= 200
    if kind != "redis":  # Redis promises nothing between two snapshots
        assert kept(again) in (len(written), len(written) + 1)  # the answer to the last one may have been lost


@every_kind
def test_a_killed_first_start_does_not_stop_the_next(home: Home, python: Run, kind: str) -> None:
    server = home.server(kind)
    starter = python(f"home.folder.mkdir(parents=True); print('go'); home.server({kind!r}).start()")
    assert line(starter) == "go"
    while not any(server.data.glob("*")) and starter.poll() is None:
        starter_is_done(starter)
    starter.kill()
    server.kill()
    server.start()
    assert server.answers()


def starter_is_done(starter: subprocess.Popen[str]) -> None:
    try:
        starter.wait(0.01)
    except subprocess.TimeoutExpired:
        return
