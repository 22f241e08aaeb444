"""When a task is due, and that it is so once, however many look. Real processes do it in test_beat.py."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import celery
import psycopg
import pytest
from celery import Celery
from celery.schedules import crontab, schedule
from django.conf import settings
from django.db import connection
from django.utils import timezone

import nexus
from nexus import paths
from systems.outbox.beat import SlotScheduler, last_slot
from systems.outbox.models import Event, HandledEvent, Schedule
from systems.outbox.services import schedule_begin, slot_add
from systems.outbox.subscriptions import handlers_of, on_schedule
from tests.systems.broker import environment

DAILY, WEEKLY = crontab(hour="8", minute="0"), crontab(day_of_week="sunday", hour="2", minute="0")
DAY = timedelta(days=1)
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
Act = Callable[..., None]


@pytest.fixture(autouse=True)
def nothing_lasts() -> Iterator[None]:
    """Other connections see only what is committed, so the rows are deleted instead."""
    yield
    for model in (Event, HandledEvent, Schedule):
        model.objects.all().delete()


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+00:00")


@pytest.mark.parametrize(
    ("due", "since", "now", "slot"),
    [
        (DAILY, "11-28T08:00", "11-29T07:59:59", "11-28T08:00"),
        (DAILY, "11-28T08:00", "11-29T08:00", "11-29T08:00"),
        (DAILY, "11-28T07:59:58", "11-28T08:00:01", "11-28T08:00"),
        (DAILY, "11-20T08:00", "11-29T07:00", "11-28T08:00"),  # the last of those that were missed
        (WEEKLY, "11-22T02:00", "11-29T01:59", "11-22T02:00"),
        (WEEKLY, "11-22T02:00", "11-29T02:00:10", "11-29T02:00"),
        (schedule(timedelta(hours=12)), "11-28T00:00", "11-28T12:00:01", "11-28T12:00"),
        (schedule(timedelta(minutes=5)), "11-28T10:03", "11-28T10:04", "11-28T10:00"),  # before it was new
    ],
)
def test_the_last_slot_up_to_now(due: Any, since: str, now: str, slot: str) -> None:
    assert last_slot(due, since=at(since), now=at(now)) == at(slot)


@pytest.fixture
def beat() -> Iterator[SlotScheduler]:
    app = Celery("tests", set_as_current=False)
    app.conf.beat_schedule = {"tests.daily": {"task": "tests.daily", "schedule": DAILY}}
    yield SlotScheduler(app)
    app.close()


def slots() -> list[datetime]:
    return [datetime.fromisoformat(event.payload["slot"]) for event in Event.objects.order_by("id")]


def test_a_task_that_is_new_was_not_due_before(beat: SlotScheduler) -> None:
    before = timezone.now()
    beat.tick()
    assert slots() == []
    assert Schedule.objects.get(task="tests.daily").slot >= before


def test_what_beat_missed_is_made_up_for_once(beat: SlotScheduler) -> None:
    Schedule.objects.create(task="tests.daily", slot=timezone.now() - 10 * DAY)
    beat.tick()
    beat.tick()
    [slot] = slots()
    assert timezone.now() - DAY < slot <= timezone.now()
    assert (slot.hour, slot.minute, slot.second) == (8, 0, 0)
    assert [event.topic for event in Event.objects.all()] == ["schedule.tests.daily"]


def test_beat_goes_on_when_postgres_ends_its_session(beat: SlotScheduler, caplog: pytest.LogCaptureFixture) -> None:
    Schedule.objects.create(task="tests.daily", slot=timezone.now() - 2 * DAY)
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        [pid] = cursor.fetchone()
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [pid])
    beat.tick()
    assert "beat begins again" in caplog.text
    assert slots() == []
    beat.tick()
    assert len(slots()) == 1


def test_of_20_beats_at_once_one_takes_a_slot() -> None:
    first = datetime.now(UTC)
    Schedule.objects.create(task="tests.daily", slot=first)

    def take(slot: datetime) -> bool:
        try:
            return slot_add(task="tests.daily", slot=slot)
        finally:
            connection.close()

    for day in range(1, 6):
        assert sorted(nexus.race(take, [first + day * DAY] * 20)) == [False] * 19 + [True]
    assert slots() == [first + day * DAY for day in range(1, 6)]


@pytest.mark.parametrize("before", [timedelta(), DAY])
def test_a_slot_that_was_published_is_not_added_again(before: timedelta) -> None:
    """The relay has deleted its event since."""
    slot = datetime.now(UTC)
    schedule_begin(task="tests.daily", now=slot)
    assert not slot_add(task="tests.daily", slot=slot - before)
    assert slots() == []


@pytest.fixture
def started() -> list[datetime]:
    return []


@pytest.fixture
def task(started: list[datetime], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Act:
    """A task of a schedule, to be called as a worker does. It fails for the first time."""
    topic = f"schedule.tests.{request.node.name}"
    monkeypatch.setattr("systems.outbox.subscriptions._handlers", {topic: []})

    def run(slot: datetime) -> None:
        started.append(slot)
        if len(started) == 1:
            raise ValueError("arranged")

    run.__module__, run.__name__ = "tests", request.node.name
    on_schedule(once=True)(run)
    [handler] = handlers_of(topic)
    found: Act = celery.current_app.tasks[handler.task]
    return found


def test_a_slot_that_failed_is_done_by_a_retry_and_once(task: Act, started: list[datetime]) -> None:
    slot = at("11-29T08:00")
    call = {"event_id": "6f5e2c06-5f5b-4d9c-9a1c-3f2f0c9f8a11", "payload": {"slot": slot.isoformat()}}
    with pytest.raises(ValueError, match="arranged"):
        task(**call)
    task(**call)
    task(**call)
    assert started == [slot, slot]


def test_a_run_by_hand_is_for_now_each_time(task: Act, started: list[datetime]) -> None:
    started.append(timezone.now())
    task()
    task()
    assert len(started) == 3
    assert started == sorted(started)


# --- the schedule of the systems

READ = """
import json
from celery.schedules import crontab
from systems.celery import SCHEDULE, app
app.loader.import_default_modules()
from systems.outbox.services import topic_of
from systems.outbox.subscriptions import handlers_of
when = lambda due: [min(due.day_of_week), len(due.day_of_week), min(due.hour), min(due.minute)]
print(json.dumps({task: [[one.task for one in handlers_of(topic_of(task))],
    when(due) if isinstance(due, crontab) else due.total_seconds()] for task, due in SCHEDULE.items()}))
"""


@pytest.fixture(scope="module")
def scheduled() -> dict[str, Any]:
    """The handlers of each task, and when it is due."""
    command = [sys.executable, "-c", READ]
    done = subprocess.run(command, env=environment("amqp://none/"), capture_output=True, check=True, encoding="utf-8")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_worker_knows_what_beat_starts(scheduled: dict[str, Any]) -> None:
    """An event that nobody handles would be gone without a word."""
    assert {task: handlers for task, (handlers, _) in scheduled.items()} == {task: [task] for task in scheduled}


@pytest.mark.parametrize("page", ["system-crm", "system-bookings"])
def test_a_page_lists_the_schedule_as_it_is(page: str, scheduled: dict[str, Any]) -> None:
    text = (paths.ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^ *\| `(\w+\.\w+)` \| (.+?) \|", text, re.MULTILINE))
    ours = {task: in_words(due) for task, (_, due) in scheduled.items()}
    assert listed == {task: due for task, due in ours.items() if task.startswith("crm.") == (page == "system-crm")}


def in_words(due: Any) -> str:
    if isinstance(due, float):
        number, unit = (due / 3600, "hour") if due % 3600 == 0 else (due / 60, "minute")
        return f"every {unit}" if number == 1 else f"every {number:g} {unit}s"
    first, days, hour, minute = due
    return f"{'daily' if days == 7 else DAYS[first]} at {hour:02}:{minute:02} UTC"
