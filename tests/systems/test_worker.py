"""A Celery worker on a real RabbitMQ: nothing is lost, and what can't be done becomes a dead letter."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu import Connection

from systems.accounts.models import RefreshToken, TokenFamily, User
from systems.api.models import IdempotentRequest
from systems.core.queues import DEAD, DELIVERIES
from systems.outbox.models import Event, HandledEvent
from systems.outbox.services import event_add
from tests.systems.broker import Broker, celery, environment, relay, running, sender, until, with_queues

LONG_AGO = timezone.now() - timedelta(days=40)
CLEAN_UPS = ["accounts.tokens_clean_up", "api.idempotency_clean_up", "outbox.handled_clean_up"]


@pytest.fixture(scope="module")
def broker(worker_id: str) -> Iterator[Broker]:
    with with_queues(f"test-worker-{worker_id}") as broker:
        yield broker


@pytest.fixture
def app(broker: Broker) -> Iterator[Celery]:
    with sender(broker) as app:
        yield app


@pytest.fixture
def work(broker: Broker, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker with two children, which takes from all queues."""
    with running(celery("worker", "--concurrency", "2", "-n", "tests@localhost"), broker.url, tmp_path / "log") as one:
        yield one


@pytest.fixture
def notes() -> "redis.Redis":
    """What the tasks of these tests write down."""
    return redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)


@pytest.fixture(autouse=True)
def nothing_lasts(notes: "redis.Redis") -> Iterator[None]:
    """Another process sees only what is committed, so the rows are deleted instead."""
    notes.delete("attempts", "begun", "done", "first", "gate", "second")
    yield
    User.objects.filter(email="worker@example.com").delete()
    Event.objects.all().delete()
    HandledEvent.objects.all().delete()


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


@pytest.mark.usefixtures("work")
def test_a_worker_does_what_came_over_rabbitmq(app: Celery, old_rows: Callable[[], bool]) -> None:
    for task in CLEAN_UPS:
        app.send_task(task)
    until(lambda: not old_rows())


@pytest.mark.usefixtures("work")
def test_an_event_goes_over_rabbitmq_to_each_handler(broker: Broker, tmp_path: Path, notes: "redis.Redis") -> None:
    with running(relay(), broker.url, tmp_path / "relay.log"):
        with transaction.atomic():
            event_add(topic="tests.happened", payload={"number": 7})
        until(lambda: HandledEvent.objects.count() == 2)
    assert notes.lrange("first", 0, -1) == notes.lrange("second", 0, -1) == ["7"]


def test_a_countdown_waits_in_rabbitmq_for_a_worker(
    app: Celery, broker: Broker, tmp_path: Path, notes: "redis.Redis"
) -> None:
    """Who sends has declared where it waits, though no worker ever ran."""
    app.send_task("tests.wait", [1], countdown=1)
    notes.rpush("gate", 1)
    with running(celery("worker", "--concurrency", "1"), broker.url, tmp_path / "log"):
        until(lambda: notes.lrange("done", 0, -1) == ["1"])


@pytest.mark.usefixtures("work")
def test_what_fails_ends_as_a_dead_letter_in_rabbitmq(app: Celery, broker: Broker, notes: "redis.Redis") -> None:
    app.send_task("tests.fail")
    assert reason_of_dead_letter(broker) == "rejected"
    assert notes.get("attempts") == "3"  # one, and two retries


@pytest.mark.prove  # six times Celery starts a child again, which takes it 20 seconds
@pytest.mark.usefixtures("work")
def test_a_task_that_kills_its_worker_leaves_rabbitmq(app: Celery, broker: Broker, notes: "redis.Redis") -> None:
    """Without a limit it would kill one after another until somebody comes."""
    app.send_task("tests.kill_worker")
    assert reason_of_dead_letter(broker) == "delivery_limit"
    assert notes.get("attempts") == str(1 + DELIVERIES)


def reason_of_dead_letter(broker: Broker) -> str:
    """Waits for a dead letter, and takes it."""
    with Connection(broker.url) as connection:
        take = connection.default_channel.basic_get  # type: ignore[attr-defined]
        letter = until(lambda: take(DEAD, no_ack=True))
        return str(letter.headers["x-first-death-reason"])


@pytest.mark.parametrize("killed", ["the worker", "its children"])
def test_a_kill_loses_nothing_that_rabbitmq_has(
    app: Celery, broker: Broker, tmp_path: Path, notes: "redis.Redis", killed: str
) -> None:
    for number in range(4):
        app.send_task("tests.wait", [number])
    command = celery("worker", "--concurrency", "2", "-n", "tests@localhost")
    with running(command, broker.url, tmp_path / "log") as worker:
        until(lambda: notes.llen("begun") == 2)
        children = psutil.Process(worker.pid).children(recursive=True)
        for process in [psutil.Process(worker.pid), *children] if killed == "the worker" else children:
            process.kill()
        notes.rpush("gate", *range(100))
        if killed == "the worker":
            with running(command, broker.url, tmp_path / "log"):
                until(lambda: notes.llen("done") == 4)
        until(lambda: notes.llen("done") == 4)
    assert sorted(notes.lrange("done", 0, -1)) == ["0", "1", "2", "3"]
    assert notes.llen("begun") == 6  # two were begun again


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("SYSTEMS_BROKER_URL", "systems: SYSTEMS_BROKER_URL must be set for a worker or for beat"),
        ("SYSTEMS_EMAIL_URL", "systems: SYSTEMS_EMAIL_URL must be set for a worker"),
    ],
)
def test_a_worker_names_the_address_it_lacks(missing: str, said: str) -> None:
    without = {**environment("amqp://none/"), missing: ""}
    command = celery("worker", app="systems.celery")
    done = subprocess.run(command, env=without, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == said  # Celery has a word for root, too


def test_two_workers_of_one_name_start_on_one_rabbitmq(broker: Broker, tmp_path: Path) -> None:
    command = celery("worker", "--pool", "solo", "-n", "twins@localhost")
    ready = [tmp_path / "ready-1", tmp_path / "ready-2"]
    with ExitStack() as stack:
        for number, file in enumerate(ready):
            log, setting = tmp_path / f"log-{number}", {"SYSTEMS_READY_FILE": str(file)}
            stack.enter_context(running(command, broker.url, log, **setting))
        until(lambda: all(file.exists() for file in ready))
