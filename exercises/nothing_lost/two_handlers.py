"""two-handlers: an inbox in which two handlers note what they have done."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import psycopg

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise, in_threads, scratch_tables

TABLES = """create table inbox (event text, handler text, unique (event, handler));
    create table done (event text not null, handler text not null)"""
PATIENCE = 10.0  # seconds
IN_SCRATCH = "-c search_path=scratch"
Work = Callable[[psycopg.Connection[Any]], object]


def work_of(event: str, handler: str, meanwhile: Callable[[], object] = lambda: None) -> Work:
    def work(db: psycopg.Connection[Any]) -> None:
        db.execute("insert into done values (%s, %s)", [event, handler])
        meanwhile()

    return work


def fails() -> None:
    raise OSError("the disk is full")


@exercise("two-handlers")
def two_handlers(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, TABLES) as db:

        def handle(event: str, handler: str, meanwhile: Callable[[], object] = lambda: None) -> int:
            """How often its work is done, after this copy was handled."""
            attempt(answer, db, event, handler, work_of(event, handler, meanwhile))
            return times(db, event, handler)

        yield Finding(
            "a new event: its work is done", 1, handle("a", "invoice"), "call work(db) where there is no note"
        )
        yield Finding("a copy: not again", 1, handle("a", "invoice"), "after the first time, there is a note of it")
        yield Finding("the other handler has the same event: its work is done", 1, handle("a", "letter"), OWN_NOTE)
        yield Finding("another event: its work is done", 1, handle("b", "letter"), OWN_NOTE)
        outcome = attempt(answer, db, "c", "invoice", work_of("c", "invoice", fails))
        yield Finding("the work fails: nothing has been done", 0, times(db, "c", "invoice"), TOGETHER)
        yield Finding("and the consumer gets the error", "OSError: the disk is full", outcome, LET_OUT)
        yield Finding("and the next copy does it", 1, handle("c", "invoice"), TOGETHER)
        yield Finding("then not again", 1, handle("c", "invoice"), "after the first success, there is a note of it")
        yield at_once(lab, db, answer)


OWN_NOTE = "each handler has notes of its own: ask for the event *and* the handler"
LET_OUT = "don't catch what work raises: the consumer would acknowledge the message, and no copy would come"
TOGETHER = "note and work are in one transaction: with db.transaction()"


def times(db: psycopg.Connection[Any], event: str, handler: str) -> int:
    found = db.execute("select count(*) from done where event = %s and handler = %s", [event, handler]).fetchall()
    return int(found[0][0])


def at_once(lab: Lab, db: psycopg.Connection[Any], answer: Any) -> Finding:
    """Two copies: the second comes while the first is at work, and the first goes on once the second waits or is done.

    The first's work ends when somebody waits for a lock, or when the second has returned: neither takes a sleep.
    """
    second_may, second_is_done = threading.Event(), threading.Event()

    def first() -> object:
        with lab.connect(autocommit=True, options=IN_SCRATCH) as mine:
            pause = partial(until_second, lab, second_may, second_is_done)
            return attempt(answer, mine, "d", "letter", work_of("d", "letter", pause))

    def second() -> object:
        second_may.wait(PATIENCE)
        with lab.connect(autocommit=True, options=IN_SCRATCH) as mine:
            answered = attempt(answer, mine, "d", "letter", work_of("d", "letter"))
        second_is_done.set()
        return answered

    in_threads([first, second], PATIENCE, None)
    hint = "write the note before the work: the second copy then waits at it until the first has committed"
    return Finding("two copies at once: once", 1, times(db, "d", "letter"), hint)


WAITS = """select count(*) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'"""


def until_second(lab: Lab, second_may: threading.Event, second_is_done: threading.Event) -> None:
    """Returns when the second copy waits for the first, or has come to its end."""
    second_may.set()
    deadline = time.monotonic() + PATIENCE
    while not second_is_done.is_set() and not lab.sql(WAITS)[0] and time.monotonic() < deadline:
        second_is_done.wait(0.02)
