"""judge-the-relay: write the test that tells a relay that loses events from one that does not."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import psycopg

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise, scratch_tables

TABLE = "create table outbox (id bigint generated always as identity primary key, event jsonb not null)"
TAKE = "select id, event from outbox order by id limit 5"
Connection = psycopg.Connection[Any]
Publish = Callable[[list[Any]], object]


def delete(db: Connection, rows: list[Any]) -> None:
    db.execute("delete from outbox where id = any(%s)", [[key for key, _ in rows]])


def as_in_the_chapter(db: Connection, publish: Publish) -> None:
    while rows := db.execute(TAKE).fetchall():
        publish([event for _, event in rows])
        delete(db, rows)


def one_by_one(db: Connection, publish: Publish) -> None:
    """It ends quietly where the broker is gone, and goes on at the next run."""
    while rows := db.execute("select id, event from outbox order by id limit 1").fetchall():
        try:
            publish([event for _, event in rows])
        except ConnectionError:
            return
        delete(db, rows)


def sends_twice(db: Connection, publish: Publish) -> None:
    while rows := db.execute(TAKE).fetchall():
        publish([event for _, event in rows])
        publish([event for _, event in rows])
        delete(db, rows)


def deletes_first(db: Connection, publish: Publish) -> None:
    while rows := db.execute(TAKE).fetchall():
        delete(db, rows)
        publish([event for _, event in rows])


def hides_failures(db: Connection, publish: Publish) -> None:
    while rows := db.execute(TAKE).fetchall():
        with suppress(ConnectionError):
            publish([event for _, event in rows])
        delete(db, rows)


def clears_the_table(db: Connection, publish: Publish) -> None:
    rows = db.execute("select id, event from outbox order by id").fetchall()
    publish([event for _, event in rows])
    db.execute("delete from outbox")


RELAYS = [
    (as_in_the_chapter, "one as in the chapter", True, "your test refuses a relay that is right: what does it ask?"),
    (one_by_one, "one that takes them one by one, and leaves quietly where the broker is gone", True,
     "a relay need not raise an error: what counts is what has arrived in the end"),
    (deletes_first, "one that deletes before it publishes", False,
     "let the first publish raise ConnectionError, and see whether the event comes with the next run"),
    (hides_failures, "one that deletes although the publishing has failed", False,
     "let the first publish raise ConnectionError, and see whether the event comes with the next run"),
    (clears_the_table, "one that deletes what it never took", False,
     "let a new event be added while the relay publishes: `publish` is yours, so it may call `add`"),
    (sends_twice, "one that sends all events twice", True,
     "nothing is lost where an event comes again: ask whether each has arrived, not how often"),
]  # fmt: skip


@exercise("judge-the-relay")
def judge_the_relay(lab: Lab, answer: Any) -> Iterator[Finding]:
    for relay, what, expected, hint in RELAYS:
        yield Finding(what, expected=words_of(expected), happened=judged(lab, relay, answer), hint=hint)


def words_of(verdict: Any) -> str:
    if not isinstance(verdict, bool):
        return f"neither True nor False, but {verdict!r}"
    return "it holds" if verdict else "it loses events"


def judged(lab: Lab, relay: Callable[[Connection, Publish], None], answer: Any) -> str:
    """What the learner's test says of this relay, on an outbox of its own."""
    with scratch_tables(lab, TABLE) as db:

        def add(event: Any) -> None:
            db.execute("insert into outbox (event) values (%s)", [json.dumps(event)])

        verdict = attempt(answer, lambda publish: relay(db, publish), add)
    return verdict if isinstance(verdict, str) else words_of(verdict)
