"""Beats as real processes: whatever happens to one of them, each slot's work is done, and once."""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
import redis
from django.conf import settings
from kombu import Connection

from nexus.services.rooms import room_name
from systems.core.queues import declare
from systems.outbox.models import Event, HandledEvent, Schedule
from tests.systems.broker import Broker, celery, relay, running, until

BOUND_SECONDS = 10  # from one slot to the next, whatever happens to one of two beats; 1 or 2 on a machine at rest
NO_BROKER = "amqp://guest:guest@127.0.0.1:9/"  # nobody listens there
NAIVE = ("-S", "celery.beat:PersistentScheduler")


@pytest.fixture
def broker(worker_id: str) -> Iterator[Broker]:
    broker = Broker(room_name(f"test-beat-{worker_id}"))
    with Connection(broker.url) as connection:
        declare(connection)
    yield broker
    broker.remove()


@pytest.fixture
def notes() -> "redis.Redis":
    """Where the task of these tests writes down for which slots it ran."""
    return redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)


@pytest.fixture(autouse=True)
def nothing_lasts(notes: "redis.Redis") -> Iterator[None]:
    """Another process sees only what is committed, so the rows are deleted instead."""
    notes.delete("slots")
    yield
    for model in (Event, HandledEvent, Schedule):
        model.objects.all().delete()


def beat(*options: str) -> list[str]:
    return celery("beat", "--pidfile", "", *options)


def slots(notes: "redis.Redis") -> list[str]:
    return [str(slot) for slot in notes.lrange("slots", 0, -1)]


def longest_gap(done: list[str]) -> float:
    """Seconds between one slot and the next, at most."""
    times = sorted(datetime.fromisoformat(slot) for slot in done)
    return max((after - before).total_seconds() for before, after in pairwise(times))


@pytest.mark.parametrize("what", [signal.SIGKILL, signal.SIGSTOP])
def test_two_beats_over_rabbitmq_run_each_slot_once(
    broker: Broker, tmp_path: Path, notes: "redis.Redis", what: signal.Signals
) -> None:
    """Both at work, then one killed or frozen, and then the frozen one back."""
    with ExitStack() as stack:
        for name, command in {
            "relay": relay(),
            "worker": celery("worker", "--concurrency", "2", "-n", "tests@localhost"),
            "second": beat(),
        }.items():
            stack.enter_context(running(command, broker.url, tmp_path / name))
        first = stack.enter_context(running(beat(), broker.url, tmp_path / "first"))
        until(lambda: (tmp_path / "first").exists() and notes.llen("slots") >= 4)
        first.send_signal(what)
        seen = notes.llen("slots")
        until(lambda: notes.llen("slots") >= seen + 4)
        if what == signal.SIGSTOP:
            first.send_signal(signal.SIGCONT)
            until(lambda: notes.llen("slots") >= seen + 8)
    assert [slot for slot, times in Counter(slots(notes)).items() if times > 1] == []
    assert longest_gap(slots(notes)) <= BOUND_SECONDS


def test_two_of_celerys_own_beats_fill_rabbitmq_twice(broker: Broker, tmp_path: Path) -> None:
    """The control: for each time that the task is due, both have sent it. Ours, on the same schedule: once."""
    senders = Counter[str]()
    with ExitStack() as stack, Connection(broker.url) as connection:
        for name in ("first", "second"):
            file = str(tmp_path / f"{name}.schedule")
            stack.enter_context(running(beat(*NAIVE, "-s", file), broker.url, tmp_path / name))

        def both_have_sent() -> bool:
            while message := connection.default_channel.basic_get("systems", no_ack=True):  # type: ignore[attr-defined]
                senders[message.headers["origin"]] += 1
            return len(senders) == 2 and min(senders.values()) >= 4

        until(both_have_sent)
    assert not Event.objects.exists()
    with ExitStack() as stack:
        for name in ("third", "fourth"):
            stack.enter_context(running(beat(), broker.url, tmp_path / name))
        until(lambda: Event.objects.count() >= 8)
    times = Counter(event.payload["slot"] for event in Event.objects.all())
    assert set(times.values()) == {1}


def test_a_slot_waits_while_there_is_no_broker(tmp_path: Path) -> None:
    """Celery's own has sent nothing then, and never will."""
    with running(beat(), NO_BROKER, tmp_path / "beat"):
        until(lambda: Event.objects.count() >= 2)
