"""Right and wrong answers to two-handlers of 42b-nothing-lost."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

from exercises.nothing_lost.two_handlers import two_handlers
from tests.exercises.answers import Answers

answers = Answers(two_handlers)
Connection = psycopg.Connection[Any]
Work = Callable[[Connection], object]


@answers.right
def by_the_constraint(db: Connection, event: str, handler: str, work: Work) -> None:
    try:
        with db.transaction():
            db.execute("insert into inbox (event, handler) values (%s, %s)", [event, handler])
            work(db)
    except psycopg.errors.UniqueViolation:
        return


@answers.right
def behind_a_lock(db: Connection, event: str, handler: str, work: Work) -> None:
    """It looks first, which is right where those of one event come in turn."""
    with db.transaction():
        db.execute("lock table inbox in exclusive mode")
        seen = db.execute("select 1 from inbox where event = %s and handler = %s", [event, handler])
        if seen.fetchone() is None:
            work(db)
            db.execute("insert into inbox values (%s, %s)", [event, handler])


@answers.right
def work_then_note(db: Connection, event: str, handler: str, work: Work) -> None:
    """The second copy's work is rolled back: it can't be noted."""
    try:
        with db.transaction():
            work(db)
            db.execute("insert into inbox values (%s, %s)", [event, handler])
    except psycopg.errors.UniqueViolation:
        pass


@answers.right
def behind_an_advisory_lock(db: Connection, event: str, handler: str, work: Work) -> None:
    """The second copy waits at a statement that does not name the inbox."""
    with db.transaction():
        db.execute("select pg_advisory_xact_lock(hashtext(%s))", [event + handler])
        seen = db.execute("select 1 from inbox where event = %s and handler = %s", [event, handler])
        if seen.fetchone() is None:
            work(db)
            db.execute("insert into inbox values (%s, %s)", [event, handler])


@answers.wrong("the consumer would acknowledge")
def hides_the_error(db: Connection, event: str, handler: str, work: Work) -> None:
    note = "insert into inbox values (%s, %s) on conflict do nothing returning event"
    with suppress(OSError), db.transaction():
        if db.execute(note, [event, handler]).fetchone():
            work(db)


@answers.wrong("notes of its own")
def one_note_for_all(db: Connection, event: str, handler: str, work: Work) -> None:
    with db.transaction():
        if not db.execute("select 1 from inbox where event = %s for update", [event]).fetchone():
            db.execute("insert into inbox values (%s, %s)", [event, handler])
            work(db)


@answers.wrong("in one transaction")
def note_by_itself(db: Connection, event: str, handler: str, work: Work) -> None:
    note = "insert into inbox values (%s, %s) on conflict do nothing returning event"
    if db.execute(note, [event, handler]).fetchone():
        work(db)


@answers.wrong("in one transaction")
def work_by_itself(db: Connection, event: str, handler: str, work: Work) -> None:
    seen = db.execute("select 1 from inbox where event = %s and handler = %s", [event, handler]).fetchone()
    if not seen:
        work(db)
        db.execute("insert into inbox values (%s, %s) on conflict do nothing", [event, handler])


@answers.wrong("write the note before the work")
def looks_first(db: Connection, event: str, handler: str, work: Work) -> None:
    with db.transaction():
        seen = db.execute("select 1 from inbox where event = %s and handler = %s", [event, handler]).fetchone()
        if not seen:
            work(db)
            db.execute("insert into inbox values (%s, %s) on conflict do nothing", [event, handler])


@answers.wrong("there is a note of it")
def always_works(db: Connection, event: str, handler: str, work: Work) -> None:
    work(db)


@answers.wrong("call work(db)")
def never_works(db: Connection, event: str, handler: str, work: Work) -> None:
    db.execute("insert into inbox values (%s, %s) on conflict do nothing", [event, handler])
