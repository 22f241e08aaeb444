"""What a scrape says, over a socket: counts that are right, and outages that it outlives."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from nexus import paths
from nexus.lab import Own
from nexus.services.ports import free_ports
from systems.outbox.models import Event
from systems.outbox.services import event_add
from tests.systems.broker import Broker, celery, environment, running, sender, until, with_queues
from tests.systems.scraped import Scraped, bounded, count_of, up
from tests.systems.wire import Wire

BOTH = ("rabbitmq", "postgres")
NOWHERE = "amqp://127.0.0.1:9/"


@pytest.fixture
def broker(worker_id: str) -> Iterator[Broker]:
    with with_queues(f"test-metrics-{worker_id}") as broker:
        yield broker


@pytest.fixture
def app(broker: Broker) -> Iterator[Celery]:
    with sender(broker) as app:
        yield app


@pytest.fixture
def own() -> Iterator[Callable[[str], Own]]:
    """Servers to hurt."""
    made: list[Own] = []

    def make(name: str) -> Own:
        made.append(Own(name, {}))
        return made[-1]

    yield make
    for one in made:
        one.remove()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Scraped]]:
    """Starts the process that is scraped; returns what a scrape says, by name and labels."""
    started: list[subprocess.Popen[bytes]] = []

    def start(broker: str, **variables: str) -> Scraped:
        (port,) = free_ports([None])
        known = {**environment(broker), "SYSTEMS_METRICS_FOLDER": str(tmp_path / "counts"), **variables}
        started.append(
            subprocess.Popen([sys.executable, "-m", "systems.metrics", str(port)], cwd=paths.ROOT, env=known)
        )
        until(lambda: not socket.socket().connect_ex(("127.0.0.1", port)))
        return Scraped(port)

    yield start
    for process in started:
        process.terminate()
        assert process.wait(30) == 0


@pytest.fixture
def notes() -> Iterator["redis.Redis"]:
    """What the tasks of these tests write down."""
    notes = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)
    yield notes
    notes.delete("attempts", "begun", "done", "gate")


@pytest.fixture(autouse=True)
def nothing_lasts() -> Iterator[None]:
    """Another process sees only what is committed, so the rows are deleted instead."""
    yield
    Event.objects.all().delete()


@contextmanager
def working(broker: Broker, tmp_path: Path, queues: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker with two children that counts."""
    command = celery("worker", "--concurrency", "2", "-n", "tests@localhost", "-Q", queues)
    counts = {"SYSTEMS_METRICS_FOLDER": str(tmp_path / "counts")}
    with running(command, broker.url, tmp_path / "log", **counts) as worker:
        yield worker


def test_rabbitmqs_tasks_are_counted_by_how_they_end(
    app: Celery, broker: Broker, serve: Callable[..., Scraped], tmp_path: Path, notes: "redis.Redis"
) -> None:
    """Three succeed, one is tried twice more and dies, and one waits in a queue that no worker takes from."""
    seen = serve(broker.url)
    with working(broker, tmp_path, "systems,payments"):
        notes.rpush("gate", *range(3))
        for number in range(3):
            app.send_task("tests.wait", [number])
        app.send_task("tests.fail")
        app.send_task("tests.nobody", queue="mail")
        until(lambda: seen.well("rabbitmq")["systems_dead_letters"] == 1)
        until(lambda: seen().get(count_of("tests.wait", "succeeded")) == 3)
    now = serve(broker.url).well(*BOTH)  # what was counted outlives the worker, and waits for who asks later
    assert {name: value for name, value in now.items() if name.startswith("systems_task_seconds_count")} == {
        count_of("tests.wait", "succeeded"): 3,
        count_of("tests.fail", "retried"): 2,
        count_of("tests.fail", "failed"): 1,
    }
    assert now['systems_queue_messages{queue="mail"}'] == 1
    assert now['systems_queue_messages{queue="systems"}'] == now["systems_delayed_messages"] == 0


def test_counts_outlive_a_killed_child_of_a_rabbitmq_worker(
    app: Celery, broker: Broker, serve: Callable[..., Scraped], tmp_path: Path, notes: "redis.Redis"
) -> None:
    seen = serve(broker.url)
    with working(broker, tmp_path, "systems") as worker:
        notes.rpush("gate", 1)
        app.send_task("tests.wait", [1])
        until(lambda: seen().get(count_of("tests.wait", "succeeded")) == 1)
        for child in psutil.Process(worker.pid).children(recursive=True):
            child.kill()
        notes.rpush("gate", 2)
        app.send_task("tests.wait", [2])
        until(lambda: seen().get(count_of("tests.wait", "succeeded")) == 2)


def test_a_retry_that_waits_in_rabbitmq_is_delayed(app: Celery, broker: Broker, serve: Callable[..., Scraped]) -> None:
    seen = serve(broker.url)
    app.send_task("tests.wait", [1], countdown=3_600)
    until(lambda: seen.well("rabbitmq")["systems_delayed_messages"] == 1)


def test_the_outbox_has_a_length_and_an_age(serve: Callable[..., Scraped]) -> None:
    seen = serve(NOWHERE)
    now = seen.well("postgres")
    assert (now["systems_outbox_events"], now["systems_outbox_oldest_seconds"]) == (0, 0)
    with transaction.atomic():
        for _ in range(3):
            event_add(topic="tests.happened", payload={})
    oldest = Event.objects.order_by("id")[0]
    Event.objects.filter(pk=oldest.pk).update(created_at=timezone.now() - timedelta(minutes=5))
    now = seen.well("postgres")
    assert now["systems_outbox_events"] == 3
    assert 300 <= now["systems_outbox_oldest_seconds"] < 360


@pytest.mark.parametrize("harm", ["kill", "pause"])
def test_a_scrape_outlives_a_rabbitmq_that_does_not_answer(
    serve: Callable[..., Scraped], own: Callable[[str], Own], harm: str
) -> None:
    hurt = own("rabbitmq")
    seen = serve(hurt.url)
    seen.well(*BOTH)
    getattr(hurt, harm)()
    said = bounded(seen)
    assert said[up("rabbitmq")] == 0
    assert "systems_dead_letters" not in said
    seen.well("postgres")
    (hurt.resume if harm == "pause" else hurt.restart)()
    seen.well(*BOTH)


@pytest.mark.parametrize("harm", ["kill", "pause"])
def test_a_scrape_outlives_a_postgres_that_does_not_answer(
    serve: Callable[..., Scraped], own: Callable[[str], Own], harm: str
) -> None:
    hurt = own("postgres")
    with psycopg.connect(hurt.url) as connection:
        connection.execute("create table outbox_event (id bigint, created_at timestamptz)")
    seen = serve(NOWHERE, SYSTEMS_DATABASE_URL=hurt.url)
    seen.well("postgres")
    getattr(hurt, harm)()
    said = bounded(seen)
    assert said[up("postgres")] == 0
    assert "systems_outbox_events" not in said
    (hurt.resume if harm == "pause" else hurt.restart)()
    seen.well("postgres")


def test_the_api_publishes_no_metrics(wire: Wire) -> None:
    assert wire.request("GET", "/metrics").status == 404


def test_a_port_that_is_taken_is_said_in_a_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "systems.metrics", port], cwd=paths.ROOT, env=environment(NOWHERE),
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, f"systems: port {port}: Address already in use\n")
