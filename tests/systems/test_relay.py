"""The relay on a real RabbitMQ: what was committed arrives, in order, whatever is killed, and is handled once."""

import signal
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from celery import Celery
from django.conf import settings
from django.db import transaction
from kombu import Connection

import nexus
from nexus.lab import Own
from nexus.services.rooms import room_name
from systems.core.queues import declare
from systems.outbox import relay as relays
from systems.outbox.models import Event, HandledEvent
from systems.outbox.publisher import Publisher
from systems.outbox.services import event_add, event_handle
from systems.outbox.subscriptions import on_event
from tests.systems.broker import Broker, relay, running, take_all, until

TOPIC = "tests.happened"
HOLDER = """
select pid from pg_locks join pg_database on database = pg_database.oid
where datname = current_database() and locktype = 'advisory' and granted
"""


@pytest.fixture
def broker(worker_id: str) -> Iterator[Broker]:
    broker = Broker(room_name(f"test-relay-{worker_id}"))
    yield broker
    broker.remove()


@pytest.fixture(autouse=True)
def nothing_lasts() -> Iterator[None]:
    """Another process sees only what is committed, so the rows are deleted instead."""
    yield
    Event.objects.all().delete()
    HandledEvent.objects.all().delete()


def happen(*numbers: int) -> None:
    """An event a number, each in a transaction of its own."""
    for number in numbers:
        with transaction.atomic():
            event_add(topic=TOPIC, payload={"number": number})


def numbers_in(broker: str, queue: str) -> list[int]:
    return [arguments["payload"]["number"] for arguments in take_all(broker, queue)]


def published() -> bool:
    return not Event.objects.exists()


def test_rabbitmq_gets_an_event_for_each_handler(broker: Broker, tmp_path: Path) -> None:
    happen(1)
    with running(relay(), broker.url, tmp_path / "relay.log"):
        until(published)
        happen(2)  # the relay listens by now
        until(published)
    assert numbers_in(broker.url, "mail") == numbers_in(broker.url, "payments") == [1, 2]
    assert take_all(broker.url, "systems") == []


def test_two_relays_keep_the_order_in_rabbitmq(broker: Broker, tmp_path: Path) -> None:
    with (
        running(relay(), broker.url, tmp_path / "relay.log"),
        running(relay(), broker.url, tmp_path / "second.log"),
        psycopg.connect(settings.DATABASE_URL, autocommit=True) as watcher,
    ):
        until(lambda: watcher.execute(HOLDER).fetchone())
        happen(*range(400))
        until(published)
    assert numbers_in(broker.url, "mail") == list(range(400))


def test_the_next_relay_goes_on_to_rabbitmq_after_a_kill(broker: Broker, tmp_path: Path) -> None:
    with (
        running(relay(), broker.url, tmp_path / "relay.log") as leader,
        psycopg.connect(settings.DATABASE_URL, autocommit=True) as watcher,
    ):
        until(lambda: watcher.execute(HOLDER).fetchone())
        with running(relay(), broker.url, tmp_path / "second.log"):
            leader.kill()
            happen(1)
            until(published)
    assert numbers_in(broker.url, "mail") == [1]


@pytest.mark.prove  # it takes the 15 seconds after which Postgres ends a silent session
def test_a_frozen_relay_to_rabbitmq_is_replaced(broker: Broker, tmp_path: Path) -> None:
    with (
        running(relay(), broker.url, tmp_path / "relay.log") as leader,
        psycopg.connect(settings.DATABASE_URL, autocommit=True) as watcher,
    ):
        until(lambda: watcher.execute(HOLDER).fetchone())
        with running(relay(), broker.url, tmp_path / "second.log"):
            leader.send_signal(signal.SIGSTOP)
            happen(1)
            until(published)
            leader.send_signal(signal.SIGCONT)
            happen(2)
            until(published)
    assert numbers_in(broker.url, "mail") == [1, 2]


@pytest.fixture
def app(broker: Broker) -> Celery:
    """An app with a handler in this process, for tests that take a part of the relay."""
    app = Celery("tests", broker=broker.url, set_as_current=False)
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    return app


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the handler of the tests' topic was called with."""
    done = list[int]()
    monkeypatch.setattr("systems.outbox.subscriptions._handlers", {TOPIC: []})
    on_event(TOPIC, queue="mail")(lambda _, payload: done.append(payload["number"]))
    return done


def test_rabbitmq_may_hear_twice_and_a_handler_once(
    broker: Broker, app: Celery, handler: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relay ends when the broker has confirmed all, and before the rows are deleted."""
    happen(*range(20))
    send = Publisher.send

    def send_and_end(self: Publisher, calls: object) -> None:
        send(self, calls)  # type: ignore[arg-type]
        raise SystemExit

    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as database, Publisher(app) as publisher:
        monkeypatch.setattr(Publisher, "send", send_and_end)
        with pytest.raises(SystemExit):
            relays.publish_batch(database, publisher)
        monkeypatch.setattr(Publisher, "send", send)
        assert relays.publish_batch(database, publisher) == 20
    calls = take_all(broker.url, "mail")
    assert len(calls) == 40
    for call in calls:
        event_handle(
            event_id=UUID(call["event_id"]), handler="one", act=partial(handler.append, call["payload"]["number"])
        )
    assert handler == list(range(20))


def test_an_event_that_rabbitmq_returns_is_kept(broker: Broker, app: Celery, handler: list[int]) -> None:
    """Somebody has deleted the queue. The next connection declares it again."""
    happen(1)
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as database:
        with Publisher(app) as publisher:
            with Connection(broker.url) as other:
                other.default_channel.queue_delete("mail")  # type: ignore[attr-defined]
            with pytest.raises(publisher.errors, match="NO_ROUTE"):
                relays.publish_batch(database, publisher)
        assert Event.objects.count() == 1
        with Publisher(app) as publisher:
            relays.publish_batch(database, publisher)
    assert published()
    assert numbers_in(broker.url, "mail") == [1]


def test_a_relay_that_froze_in_a_batch_goes_on_with_rabbitmq(
    broker: Broker, app: Celery, handler: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Postgres has ended its session meanwhile, in the middle of the transaction."""
    happen(1)
    monkeypatch.setattr(relays, "SESSION", "-c idle_in_transaction_session_timeout=100ms")
    relay = relays.Relay(app, settings.DATABASE_URL)
    send, thawed = Publisher.send, threading.Event()

    def send_late(self: Publisher, calls: Any) -> None:
        send(self, calls)
        if not thawed.is_set():
            until(lambda: not list(sessions_in_a_transaction()))
            thawed.set()

    monkeypatch.setattr(Publisher, "send", send_late)
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        until(published)
    finally:
        relay.end()
        thread.join()
    assert numbers_in(broker.url, "mail") == [1, 1]


def sessions_in_a_transaction() -> list[Any]:
    with psycopg.connect(settings.DATABASE_URL) as watcher:
        return watcher.execute(
            "select from pg_stat_activity where state = 'idle in transaction' and datname = current_database()"
        ).fetchall()


@pytest.fixture(scope="module")
def own(worker_id: str) -> Iterator[Own]:
    lab = nexus.open(f"test-relay-own-{worker_id}", needs=("postgres",))
    yield lab.own("rabbitmq")
    lab.close()


@pytest.mark.parametrize("outage", ["dead", pytest.param("out of memory", marks=pytest.mark.prove)])
def test_events_wait_for_rabbitmq(own: Own, tmp_path: Path, outage: str) -> None:
    """A broker over its memory mark takes the connection and all messages, and confirms none."""
    if outage == "dead":
        own.kill()
    else:
        own.server.settings["vm_memory_high_watermark.absolute"] = "10MB"
        own.restart()
    log = tmp_path / "relay.log"
    with running(relay(), own.url, log):
        happen(1)
        until(lambda: b"the relay begins again" in log.read_bytes())
        assert not published()
        own.server.settings.pop("vm_memory_high_watermark.absolute", None)
        own.restart()
        until(published)
    assert set(numbers_in(own.url, "mail")) == {1}


def test_what_is_declared_stays_as_it_is_in_rabbitmq(broker: Broker) -> None:
    with Connection(broker.url) as connection:
        declare(connection)
        declare(connection)
    queue = broker.queue("mail")
    assert (queue["type"], queue["durable"], queue["arguments"]["x-delivery-limit"]) == ("quorum", True, 5)
