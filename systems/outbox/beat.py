"""Beat: adds an event when a task is due. Any number of them may run, and each slot of a task is added once.

Celery's own keeps in a file what it has sent, so two of them send everything twice; and what is due while RabbitMQ is
down it logs, and leaves out. This one writes to Postgres, where the relay finds it. None leads: each beat tries to take
each slot, so none is missed while one of them is alive. All of them go by Postgres' clock.

What was due while no beat ran is made up for when one runs again: the last slot, not all of them. Libraries that were
looked at, and why this is ours: "Schedules" in DECISIONS.md.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from celery.beat import Scheduler
from celery.schedules import BaseSchedule, crontab
from django.db import Error, connection

from systems.outbox.services import schedule_begin, slot_add

TICK_SECONDS = 1.0  # so late an event is added at most
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
log = logging.getLogger(__name__)


class SlotScheduler(Scheduler):
    """Celery's loop calls `tick` again and again."""

    def setup_schedule(self) -> None:
        self.update_from_dict(self.app.conf.beat_schedule)
        self._slots = dict[str, datetime]()  # the last of each task that was taken, by whichever beat

    def tick(self, *unused: Any, **options: Any) -> float:
        """Add what is due. Returns how many seconds to wait. Without Postgres, the next call tries again."""
        try:
            with connection.cursor() as cursor:
                cursor.execute("select now()")
                [now] = cursor.fetchone()
            for entry in self.schedule.values():
                self._add_due(str(entry.task), entry.schedule, now)
        except Error as error:
            log.warning("beat begins again: %s", error)
            connection.close()
        return TICK_SECONDS

    def _add_due(self, task: str, due: BaseSchedule | None, now: datetime) -> None:
        if task not in self._slots:  # a task that is new has no slots before today
            self._slots[task] = schedule_begin(task=task, now=now)
        slot = last_slot(due, since=self._slots[task], now=now)
        if slot > self._slots[task]:
            slot_add(task=task, slot=slot)
            self._slots[task] = slot


def last_slot(due: Any, *, since: datetime, now: datetime) -> datetime:
    """The last time, up to now, at which it was due. Without one after `since`, that or an earlier one.

    due: a crontab, or an interval, which is counted from midnight, UTC, of the first of January 1970: twelve hours are
    due at 00:00 and 12:00, whenever beat was started.
    """
    if not isinstance(due, crontab):
        every: timedelta = due.run_every
        return EPOCH + (now - EPOCH) // every * every
    while (following := _next_slot(due, since)) <= now:
        since = following
    return since


def _next_slot(due: crontab, since: datetime) -> datetime:
    start, change, _ = due.remaining_delta(since)
    following: datetime = start + change
    return following.astimezone(UTC)
