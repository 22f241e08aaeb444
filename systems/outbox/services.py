"""Adding an event, and handling one once."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from systems.core.batches import delete_in_batches
from systems.outbox.models import Event, HandledEvent

INSERT = "insert into outbox_handledevent (event_id, handler, handled_at) values (%s, %s, now()) on conflict do nothing"


def event_add(*, topic: str, payload: Mapping[str, Any]) -> Event:
    """Keep an event with the change that it tells of: in the same transaction, so that there is both or neither.

    payload: plain values, with ids in place of rows. Raises RuntimeError outside of a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{topic} must be added in the transaction of what it tells of")
    return Event.objects.create(topic=topic, payload=payload)


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
