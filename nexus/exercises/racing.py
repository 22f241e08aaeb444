"""Guests at the same rows of Postgres, each on a connection that is watched and can be held up.

Used by the exercises of more than one chapter: who waits for whom, and what comes of two at once.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import psycopg

from nexus.exercises.sql import STATEMENT_SECONDS, scratch_tables
from nexus.exercises.trying import attempt, in_threads
from nexus.lab import Lab

Connection = psycopg.Connection[Any]
SECONDS = 10  # how long an answer may take


@contextmanager
def tables(lab: Lab, script: str) -> Iterator[Connection]:
    """A connection to what the SQL makes. The constraints of it may need an extension."""
    lab.sql("create extension if not exists btree_gist")
    with scratch_tables(lab, "set search_path to scratch, public;" + script) as db:
        yield db


def guest(lab: Lab, before: Callable[[str], None] = lambda statement: None, patience: str = "10s") -> Connection:
    """A connection to the exercise's tables, on which no statement waits for long. before: called with each."""

    class Watched(psycopg.Cursor[Any]):
        def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
            before(words(query if isinstance(query, str | bytes) else query.as_string(self)))
            return super().execute(query, *arguments, **options)

    db = lab.connect(autocommit=True)
    db.execute("set search_path to scratch, public")
    db.execute("select set_config('lock_timeout', %s, false)", [patience])
    db.execute(f"set statement_timeout = '{STATEMENT_SECONDS}s'".encode())
    db.cursor_factory = Watched
    return db


def words(statement: str | bytes) -> str:
    return " ".join((statement.decode() if isinstance(statement, bytes) else statement).lower().split())


def together(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What the calls return or, in words, what they raised, each in a thread of its own and within a bounded time."""
    return in_threads([partial(attempt, call) for call in calls], SECONDS, f"still running after {SECONDS} seconds")


def inserts(statements: Sequence[str]) -> bool:
    return statements[-1].startswith(("insert", "with"))


class Meeting:
    """Holds each guest at a certain statement until the others are there too, wait for a lock, or have ended.

    Raises TimeoutError, into the answer, where another guest does none of these: a lock of Python's holds in one
    process only, and an API has several.
    """

    def __init__(self, lab: Lab, monitor: Connection, when: Callable[[Sequence[str]], bool]) -> None:
        self.lab, self.monitor, self.when = lab, monitor, when
        self.pids, self.there, self.ended = set[int](), set[int](), set[int]()

    def guest(self) -> Connection:
        said: list[str] = []

        def before(statement: str) -> None:
            said.append(statement)
            if self.when(said):
                self.come(db.info.backend_pid)

        db = guest(self.lab, before)
        self.pids.add(db.info.backend_pid)
        return db

    def come(self, pid: int) -> None:
        self.there.add(pid)
        deadline = time.monotonic() + SECONDS / 2
        while time.monotonic() < deadline:
            missing = list(self.pids - self.there - self.ended)
            if not missing or waiting(self.monitor, missing) == len(missing):
                return
        raise TimeoutError("another guest waits, and not in the database")


def waiting(monitor: Connection, pids: list[int]) -> int:
    """How many of these connections wait for a lock."""
    query = "select count(*) from pg_stat_activity where pid = any(%s) and wait_event_type = 'Lock'"
    row = monitor.execute(query, [pids]).fetchone()
    return int(row[0]) if row else 0


def raced(
    lab: Lab,
    monitor: Connection,
    *calls: Callable[[Connection], Any],
    when: Callable[[Sequence[str]], bool] = inserts,
) -> list[str]:
    """The guests' answers, in order, where none goes on with `when`'s statement before all have come that far."""
    meeting = Meeting(lab, monitor, when)
    with ExitStack() as stack:
        connections = [stack.enter_context(meeting.guest()) for _ in calls]

        def visit(number: int) -> Any:
            try:
                return calls[number](connections[number])
            finally:
                meeting.ended.add(connections[number].info.backend_pid)

        return sorted(map(str, together([partial(visit, number) for number in range(len(calls))])))
