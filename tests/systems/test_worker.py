"""A Celery worker and beat on a real RabbitMQ."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.utils import timezone

from nexus import paths, services
from nexus.services.rooms import open_vhost, room_name
from systems.accounts.models import RefreshToken, TokenFamily, User
from systems.api.models import IdempotentRequest
from tests.systems import room

PATIENCE_SECONDS = 60
LONG_AGO = timezone.now() - timedelta(days=40)
TASKS = ["accounts.tokens_clean_up", "api.idempotency_clean_up"]
READ = """
import json
from systems.celery import app
app.loader.import_default_modules()
print(json.dumps([sorted(app.tasks), sorted(one["task"] for one in app.conf.beat_schedule.values())]))
"""


def environment(broker: str) -> dict[str, str]:
    """Of another process on these tests' room."""
    ours = {name: value for name, value in room.settings.items() if name.startswith("SYSTEMS_")}
    return {**ours, "PATH": os.environ["PATH"], "PYTHONPATH": str(paths.ROOT), "SYSTEMS_BROKER_URL": broker}


def celery(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "systems.celery", *arguments]


class Broker:
    """A virtual host of these tests' own."""

    def __init__(self, name: str) -> None:
        service = services.use(("rabbitmq",))["rabbitmq"]
        self.url, self._api = open_vhost(service, name), service.api_url
        self._name = urlsplit(self.url).path.removeprefix("/")

    def queue(self) -> Any:
        return requests.get(f"{self._api}/api/queues/{self._name}/systems", timeout=30).json()

    def remove(self) -> None:
        """With the delayed deliveries' 28 queues, whose memory a node would keep."""
        requests.delete(f"{self._api}/api/vhosts/{self._name}", timeout=30).raise_for_status()


@pytest.fixture
def broker(worker_id: str) -> Iterator[Broker]:
    broker = Broker(room_name(f"test-worker-{worker_id}"))
    yield broker
    broker.remove()


@pytest.fixture
def worker(broker: Broker, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    command = celery("worker", "--concurrency", "1", "--hostname", "tests@localhost")
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment(broker.url), stdout=log, stderr=log)
    yield process
    process.terminate()
    assert process.wait(PATIENCE_SECONDS) == 0, (tmp_path / "worker.log").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def nothing_lasts() -> Iterator[None]:
    """Another process sees only what is committed, so the rows are deleted instead."""
    yield
    User.objects.filter(email="worker@example.com").delete()


@pytest.fixture
def old_rows() -> Callable[[], bool]:
    """Makes an expired token and an old answer; asks whether one of them is left."""
    account = User.objects.create(email="worker@example.com")
    family = TokenFamily.objects.create(user=account)
    RefreshToken.objects.create(family=family, digest="worker", expires_at=LONG_AGO)
    IdempotentRequest.objects.create(account=account, key="worker", fingerprint="", status=201, body="{}")
    answers = IdempotentRequest.objects.filter(account=account)
    answers.update(created_at=LONG_AGO)
    return lambda: answers.exists() or TokenFamily.objects.filter(user=account).exists()


def test_a_worker_does_what_came_over_rabbitmq(
    broker: Broker, worker: "subprocess.Popen[bytes]", old_rows: Callable[[], bool]
) -> None:
    for task in TASKS:
        subprocess.run(celery("call", task), env=environment(broker.url), capture_output=True, check=True, timeout=60)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while old_rows():
        assert worker.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    queue = broker.queue()
    assert (queue["type"], queue["durable"], queue["arguments"]["x-delivery-limit"]) == ("quorum", True, 3)


def test_beat_sends_the_tasks_there_are() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ], env=environment("amqp://none/"), capture_output=True, check=True, encoding="utf-8"
    )
    known, scheduled = json.loads(done.stdout)
    assert [name for name in known if not name.startswith("celery.")] == scheduled == TASKS


def test_a_worker_without_a_broker_says_so() -> None:
    done = subprocess.run(celery("worker"), env=environment(""), capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 1
    assert done.stderr.strip() == "systems: SYSTEMS_BROKER_URL must be set for a worker or for beat"
