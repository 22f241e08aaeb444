"""A RabbitMQ for a test, other processes of the systems that use it, and what waits in its queues."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from celery import Celery
from kombu import Connection

from nexus import paths, services
from nexus import until as wait_until
from nexus.services.rooms import open_vhost, room_name
from systems.core.queues import declare, work_queues
from tests.systems import room

PATIENCE_SECONDS = 60
T = TypeVar("T")
TASKS = "tests.systems.background"  # the systems' Celery app, with tasks that only tests have


class Broker:
    """A virtual host of a test's own."""

    def __init__(self, name: str) -> None:
        service = services.use(("rabbitmq",))["rabbitmq"]
        self.url, self._api = open_vhost(service, name), service.api_url
        self._name = urlsplit(self.url).path.removeprefix("/")

    def queue(self, name: str) -> Any:
        """What the management plugin says of it."""
        return requests.get(f"{self._api}/api/queues/{self._name}/{name}", timeout=30).json()

    def remove(self) -> None:
        """With the delayed deliveries' 28 queues, whose memory a node would keep."""
        requests.delete(f"{self._api}/api/vhosts/{self._name}", timeout=30).raise_for_status()


@contextmanager
def with_queues(name: str) -> Iterator[Broker]:
    """A virtual host of this name in which all queues are declared, and which is gone afterwards."""
    broker = Broker(room_name(name))
    with Connection(broker.url) as connection:
        declare(connection)
    yield broker
    broker.remove()


@contextmanager
def sender(broker: Broker) -> Iterator[Celery]:
    """An app that sends as the systems do."""
    app = Celery("tests", broker=broker.url, set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.update(broker_url=broker.url, task_queues=work_queues())
    yield app
    app.close()


NO_MAIL = "smtp://127.0.0.1:9"  # nobody listens there


def environment(broker: str) -> dict[str, str]:
    """Of another process on these tests' room."""
    ours = {name: value for name, value in room.settings.items() if name.startswith("SYSTEMS_")}
    ours |= {"SYSTEMS_BROKER_URL": broker, "SYSTEMS_EMAIL_URL": NO_MAIL}
    return {**ours, "PATH": os.environ["PATH"], "PYTHONPATH": str(paths.ROOT)}


def celery(*arguments: str, app: str = TASKS) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", app, *arguments]


def relay() -> list[str]:
    program = f"import {TASKS}, runpy; runpy.run_module('systems.relay', run_name='__main__')"
    return [sys.executable, "-c", program]


@contextmanager
def running(command: list[str], broker: str, log: Path, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of the systems, which must end by itself when it is asked to, unless the test has killed it."""
    env = {**environment(broker), **settings}
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=log.parent, env=env, stdout=output, stderr=output)
    try:
        yield process
    finally:
        killed = process.poll() is not None
        process.terminate()
        code = process.wait(PATIENCE_SECONDS)
    assert killed or code == 0, log.read_text(encoding="utf-8")


def until(ask: Callable[[], T]) -> T:
    """What `ask` answers, once that is true. Raises TimeoutError."""
    return wait_until(ask, PATIENCE_SECONDS)


def take_all(url: str, queue: str) -> list[Any]:
    """The keyword arguments of the calls in a queue, in order, which are then gone from it."""
    found = []
    with Connection(url) as connection:
        while message := connection.default_channel.basic_get(queue, no_ack=True):  # type: ignore[attr-defined]
            found.append(json.loads(message.body)[1])
    return found
