"""The systems' Celery app, with tasks and handlers that only tests have."""

import os
import signal
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import redis

from systems.celery import app

app.loader.import_default_modules()

from systems.outbox.subscriptions import on_event, on_schedule

TOPIC = "tests.happened"
notes = redis.Redis.from_url(os.environ["SYSTEMS_REDIS_URL"], decode_responses=True)


@on_event(TOPIC, queue="mail")
def first(event_id: UUID, payload: dict[str, Any]) -> None:
    notes.rpush("first", payload["number"])


@on_event(TOPIC, queue="payments")
def second(event_id: UUID, payload: dict[str, Any]) -> None:
    notes.rpush("second", payload["number"])


@on_schedule(once=True)
def each_second(slot: datetime) -> None:
    notes.rpush("slots", slot.isoformat())


name = f"{__name__}.each_second"
app.conf.beat_schedule = {name: {"task": name, "schedule": timedelta(seconds=1)}}


@app.task(name="tests.fail", retry_backoff=False, default_retry_delay=0, max_retries=2)
def fail() -> None:
    notes.incr("attempts")
    raise ValueError("arranged")


@app.task(name="tests.fail_slowly", retry_jitter=False, retry_backoff=1, max_retries=1)
def fail_slowly() -> None:
    """Its retry waits for a second in RabbitMQ."""
    notes.incr("attempts")
    raise ValueError("arranged")


@app.task(name="tests.kill_worker")
def kill_worker() -> None:
    """As the kernel does to a process that takes too much memory."""
    notes.incr("attempts")
    os.kill(os.getpid(), signal.SIGKILL)


@app.task(name="tests.wait")
def wait(number: int) -> None:
    notes.rpush("begun", number)
    while not notes.blpop(["gate"], timeout=1):
        pass
    notes.rpush("done", number)
