"""The relay: takes what the outbox holds to RabbitMQ, in the order in which it was added.

One leads and the others wait, since two that share the rows would mix up their order. The leader holds an advisory lock
for as long as its session lives; Postgres ends the session of one that says nothing, so a frozen leader is replaced.
An event is deleted after RabbitMQ has confirmed it. A leader that ends in between leaves it to be sent a second time.

"Transactional outbox", from Chris Richardson's patterns of microservices (microservices.io). Kept libraries that were
looked at, and why this is ours: "Outbox" in DECISIONS.md.
"""

import logging
import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

import psycopg
from celery import Celery
from psycopg.rows import TupleRow

from systems.core.ready import say_ready
from systems.outbox.publisher import Call, Publisher
from systems.outbox.subscriptions import handlers_of

BATCH = 500
POLL_SECONDS = 1.0  # for a notification that nobody heard, and to be heard of: see SESSION
SESSION = "-c statement_timeout=10s -c idle_session_timeout=15s -c idle_in_transaction_session_timeout=15s"
LEAD = "select pg_try_advisory_lock(hashtextextended('the relay of the outbox', 0))"
TAKE = "select id, event_id, topic, payload from outbox_event order by id limit %s for update skip locked"
DELETE = "delete from outbox_event where id = any(%s)"
log = logging.getLogger(__name__)
Row = tuple[int, UUID, str, dict[str, Any]]


class Relay:
    def __init__(self, app: Celery, database_url: str) -> None:
        self._app, self._url = app, database_url
        self._ending = threading.Event()

    def end(self) -> None:
        """Finish the batch under way, and return from `run`. May be called by a signal's handler."""
        self._ending.set()

    def run(self) -> None:
        """Publish what there is and what comes, until `end`. What fails is tried again, and the log says why."""
        while not self._ending.is_set():
            publisher = Publisher(self._app)
            try:
                self._connect_and_lead(publisher)
            except psycopg.Error as error:  # that an idle transaction was ended is no OperationalError
                self._pause(error)
            except publisher.errors as error:
                self._pause(error)

    def _pause(self, error: BaseException) -> None:
        log.warning("the relay begins again: %s", error)
        self._ending.wait(POLL_SECONDS)

    def _connect_and_lead(self, publisher: Publisher) -> None:
        with psycopg.connect(self._url, autocommit=True, connect_timeout=3, options=SESSION) as database:
            say_ready()
            self._wait_to_lead(database)
            with publisher:
                self._lead(database, publisher)

    def _wait_to_lead(self, database: psycopg.Connection[TupleRow]) -> None:
        while not self._ending.is_set() and database.execute(LEAD).fetchone() != (True,):
            self._ending.wait(POLL_SECONDS)

    def _lead(self, database: psycopg.Connection[TupleRow], publisher: Publisher) -> None:
        database.execute("listen outbox")
        while not self._ending.is_set():
            if not publish_batch(database, publisher):
                for _ in database.notifies(timeout=POLL_SECONDS, stop_after=1):
                    pass


def publish_batch(database: psycopg.Connection[TupleRow], publisher: Publisher) -> int:
    """Publish the oldest events, each to all of its handlers, and delete them. Returns how many there were."""
    with database.transaction():
        rows: list[Row] = database.execute(TAKE, [BATCH]).fetchall()
        if rows:
            publisher.send(_calls(rows))
            database.execute(DELETE, [[row[0] for row in rows]])
    return len(rows)


def _calls(rows: list[Row]) -> Iterator[Call]:
    """The same event has the same ids of its tasks when it is sent a second time."""
    for _, event_id, topic, payload in rows:
        for handler in handlers_of(topic):
            arguments = {"event_id": str(event_id), "payload": payload}
            yield Call(handler.task, handler.queue, str(uuid5(event_id, handler.task)), arguments)
