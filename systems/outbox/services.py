"""Adding an event, once a slot where time makes it, and handling one once."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from systems.core.batches import delete_in_batches
from systems.outbox.models import Event, HandledEvent, Schedule

INSERT = "insert into outbox_handledevent (event_id, handler, handled_at) values (%s, %s, now()) on conflict do nothing"
BEGIN_SCHEDULE = "insert into outbox_schedule (task, slot) values (%s, %s) on conflict do nothing"
# One statement: a beat that freezes holds no lock, and the event is there exactly when its slot is taken.
TAKE_SLOT = """
with taken as (
  update outbox_schedule set slot = %(slot)s where task = %(task)s and slot < %(slot)s returning slot
)
insert into outbox_event (event_id, topic, payload, created_at)
select %(event_id)s, %(topic)s, %(payload)s, now() from taken on conflict (event_id) do nothing
"""


def event_add(*, topic: str, payload: Mapping[str, Any]) -> Event:
    """Keep an event with the change that it tells of: in the same transaction, so that there is both or neither.

    payload: plain values, with ids in place of rows. Raises RuntimeError outside of a transaction.
    """
    [event] = event_add_all(topic=topic, payloads=[payload])
    return event


def event_add_all(*, topic: str, payloads: Iterable[Mapping[str, Any]]) -> list[Event]:
    """As `event_add`, many of one topic in one statement, and in this order."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{topic} must be added in the transaction of what it tells of")
    return Event.objects.bulk_create(Event(topic=topic, payload=payload) for payload in payloads)


def topic_of(task: str) -> str:
    """Of the events that this task is due."""
    return f"schedule.{task}"


def schedule_begin(*, task: str, now: datetime) -> datetime:
    """The last slot of this task for which there was an event. A new task begins now, so it has missed nothing."""
    with connection.cursor() as cursor:
        cursor.execute(BEGIN_SCHEDULE, [task, now])
    return Schedule.objects.get(task=task).slot


def slot_add(*, task: str, slot: datetime) -> bool:
    """Add the event that this task is due, unless its schedule was followed so far already. Returns whether it did.

    Of several that call it at once, one adds it: the others wait for the task's row, and find it changed.
    """
    when = slot.astimezone(UTC).isoformat()
    values: dict[str, Any] = {
        "task": task,
        "slot": slot,
        "event_id": uuid5(NAMESPACE_OID, f"{task} {when}"),
        "topic": topic_of(task),
        "payload": json.dumps({"slot": when}),
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE_SLOT, values)
        return bool(cursor.rowcount)


def event_handle(*, event_id: UUID, handler: str, act: Callable[[], None]) -> bool:
    """Do `act` unless this handler has done so for this event; returns whether it was done.

    RabbitMQ delivers at least once, at times to two workers at once: the second waits here for the first to commit.
    What `act` does in the database is done once. What it does elsewhere, such as a mail, is repeated where the process
    ends between that and the commit.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(INSERT, [event_id, handler])
            is_first = bool(cursor.rowcount)
        if is_first:
            act()
    return is_first


def handled_clean_up() -> int:
    """Forget what was handled so long ago that no copy can still arrive (INBOX_DAYS); returns how many."""
    until = timezone.now() - timedelta(days=settings.INBOX_DAYS)
    return delete_in_batches(HandledEvent.objects.filter(handled_at__lt=until))
