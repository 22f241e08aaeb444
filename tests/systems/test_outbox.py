"""An event is kept with what it tells of, and a handler does its work for it once."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import psycopg
import pytest
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from systems.outbox.models import Event, HandledEvent
from systems.outbox.services import event_add, event_add_all, event_handle, handled_clean_up
from systems.outbox.subscriptions import handlers_of, on_event

WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


@pytest.fixture(autouse=True)
def nothing_lasts() -> Iterator[None]:
    """Other connections see only what is committed, so the rows are deleted instead."""
    yield
    Event.objects.all().delete()
    HandledEvent.objects.all().delete()


def test_an_event_without_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"tests\.happened must be added in the transaction"):
        event_add(topic="tests.happened", payload={})


def test_a_transaction_rolled_back_leaves_no_event() -> None:
    with transaction.atomic():
        event_add(topic="tests.happened", payload={})
        transaction.set_rollback(True)
    assert not Event.objects.exists()


def test_a_commit_wakes_the_relay_and_not_before() -> None:
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as listening:
        listening.execute("listen outbox")
        with transaction.atomic():
            event_add(topic="tests.happened", payload={})
            event_add(topic="tests.happened", payload={})
            before = list(listening.notifies(timeout=0.2))
        after = [notified.channel for notified in listening.notifies(timeout=5, stop_after=1)]
    assert (before, after) == ([], ["outbox"])


def test_500_events_are_one_statement_and_wake_the_relay() -> None:
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as listening:
        listening.execute("listen outbox")
        with transaction.atomic(), CaptureQueriesContext(connection) as seen:
            event_add_all(topic="tests.happened", payloads=({"number": number} for number in range(500)))
        assert len(list(listening.notifies(timeout=5, stop_after=1))) == 1
    assert sum("INSERT" in query["sql"] for query in seen.captured_queries) == 1
    assert [event.payload["number"] for event in Event.objects.order_by("id")] == list(range(500))


def test_a_second_delivery_does_nothing() -> None:
    event_id, done = uuid.uuid4(), list[str]()
    for handler in ("one", "one", "other"):
        event_handle(event_id=event_id, handler=handler, act=partial(done.append, handler))
    assert done == ["one", "other"]


def test_what_failed_is_done_by_the_next_delivery() -> None:
    event_id, done = uuid.uuid4(), list[int]()

    def fail() -> None:
        raise ConnectionError("arranged")

    with pytest.raises(ConnectionError):
        event_handle(event_id=event_id, handler="one", act=fail)
    event_handle(event_id=event_id, handler="one", act=lambda: done.append(1))
    assert done == [1]


def test_of_two_deliveries_at_once_one_waits() -> None:
    """The second waits at the first one's row, and finds the work done."""
    event_id, inside, done = uuid.uuid4(), Barrier(2, timeout=30), list[int]()

    def act() -> None:
        done.append(1)
        inside.wait()  # for the watcher, which lets go on when the other waits

    def handle(_: int) -> bool:
        try:
            return event_handle(event_id=event_id, handler="one", act=act)
        finally:
            connection.close()

    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as watcher, ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(handle, number) for number in range(2)]
        while watcher.execute(WAITING).fetchone() != (1,):
            assert not any(answer.done() for answer in answers)
        inside.wait()
        assert sorted(answer.result() for answer in answers) == [False, True]
    assert done == [1]


def test_what_was_handled_long_ago_is_forgotten() -> None:
    for days in (settings.INBOX_DAYS + 1, settings.INBOX_DAYS - 1):
        event_handle(event_id=uuid.uuid4(), handler=str(days), act=lambda: None)
        past = timezone.now() - timedelta(days=days)
        HandledEvent.objects.filter(handler=str(days)).update(handled_at=past)
    assert handled_clean_up() == 1
    assert [left.handler for left in HandledEvent.objects.all()] == [str(settings.INBOX_DAYS - 1)]


@pytest.mark.parametrize(("once", "done"), [(True, [True]), (False, [False, False])])
def test_a_handler_that_may_be_repeated_is(monkeypatch: pytest.MonkeyPatch, once: bool, done: list[bool]) -> None:
    """Without a transaction around it, in which it would keep others waiting for another server."""
    monkeypatch.setattr("systems.outbox.subscriptions._handlers", {"tests.happened": []})
    in_transaction = list[bool]()

    @on_event("tests.happened", queue="payments", once=once)
    def act(event_id: uuid.UUID, payload: object) -> None:
        in_transaction.append(connection.in_atomic_block)

    [handler] = handlers_of("tests.happened")
    event_id = str(uuid.uuid4())
    for _ in range(2):
        current_app.tasks[handler.task](event_id=event_id, payload={})
    current_app.tasks.unregister(handler.task)
    assert in_transaction == done
    assert HandledEvent.objects.count() == once


def test_a_handler_names_a_queue_there_is() -> None:
    with pytest.raises(ValueError, match="post is none of the queues systems, mail, payments"):
        on_event("tests.happened", queue="post")
