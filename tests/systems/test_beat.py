"""Beats as real processes: whatever happens to one of them, each slot's work is done, and once."""

import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
import redis
from django.conf import settings
from kombu import Connection

from systems.outbox.models import Event, HandledEvent, Schedule
from tests.systems.broker import Broker, celery, relay, running, until, with_queues

BOUND_SECONDS = 10  # from one slot to the next, whatever happens to one of two beats; 1 or 2 on a machine at rest
NO_BROKER = "amqp://guest:guest@127.0.0.1:9/"  # nobody listens there
NAIVE = ("-S", "celery.beat:PersistentScheduler")


@pytest.fixture
def broker(worker_id: str) -> Iterator[Broker]:
    with with_queues(f"test-beat-{worker_id}") as broker:
        yield broker


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


@contextmanager
def at_work(broker: str, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """One of our beats, once it is up."""
    ready = log.with_suffix(".ready")
    with running(beat(), broker, log, SYSTEMS_READY_FILE=str(ready)) as process:
        until(ready.exists)
        yield process


@pytest.mark.parametrize("what", [signal.SIGKILL, signal.SIGSTOP])
def test_two_beats_over_rabbitmq_run_each_slot_once(
    broker: Broker, tmp_path: Path, notes: "redis.Redis", what: signal.Signals
) -> None:
    """Both at work, then one killed or frozen, and then the frozen one back."""

    def wait_for_more() -> None:
        seen = notes.llen("slots")
        until(lambda: notes.llen("slots") >= seen + 4)

    with (
        running(relay(), broker.url, tmp_path / "relay"),
        running(celery("worker", "--concurrency", "2", "-n", "tests@localhost"), broker.url, tmp_path / "worker"),
        at_work(broker.url, tmp_path / "first") as first,
        at_work(broker.url, tmp_path / "second"),
    ):
        wait_for_more()
        first.send_signal(what)
        wait_for_more()
        if what == signal.SIGSTOP:
            first.send_signal(signal.SIGCONT)
            wait_for_more()
    assert [slot for slot, times in Counter(slots(notes)).items() if times > 1] == []
    assert longest_gap(slots(notes)) <= BOUND_SECONDS


def test_two_of_celerys_own_beats_fill_rabbitmq_twice(broker: Broker, tmp_path: Path) -> None:
    """The control: each time that the task is due, both send it."""
    senders = Counter[str]()
    naive = [beat(*NAIVE, "-s", str(tmp_path / f"{name}.schedule")) for name in ("first", "second")]
    with (
        Connection(broker.url) as connection,
        running(naive[0], broker.url, tmp_path / "first"),
        running(naive[1], broker.url, tmp_path / "second"),
    ):

        def both_have_sent() -> bool:
            while message := connection.default_channel.basic_get("systems", no_ack=True):  # type: ignore[attr-defined]
                senders[message.headers["origin"]] += 1
            return len(senders) == 2 and min(senders.values()) >= 4

        until(both_have_sent)
    assert not Event.objects.exists()


def test_two_of_our_beats_add_a_slot_once_without_a_broker(tmp_path: Path) -> None:
    """Celery's own would have sent nothing, and never will."""
    with at_work(NO_BROKER, tmp_path / "first"), at_work(NO_BROKER, tmp_path / "second"):
        before = Event.objects.count()
        until(lambda: Event.objects.count() >= before + 6)
    times = Counter(event.payload["slot"] for event in Event.objects.all())
    assert set(times.values()) == {1}
