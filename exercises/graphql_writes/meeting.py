"""Two acts on connections of their own that meet at the same rows."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Barrier, Event
from typing import Any

from django.db import connection

from nexus.exercises import Finding, attempt, in_threads

PATIENCE = 8.0  # seconds, for all that a check starts in threads
MOMENT = 0.02  # seconds between two looks
NO_END = "no end"


def alone(answer: Callable[..., Any], *arguments: Any) -> Any:
    """What it returns or raised: in a thread, as one that tries again may do so forever."""
    return at_once(partial(answer, *arguments))[0]


def without_end() -> Finding:
    hint = "a loop that tries again needs an end: where too few are left, no further try will help"
    return Finding("it comes to an end", "an end", NO_END, hint)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each returns or raised, in threads that begin together, on connections of their own."""
    all_connected = Barrier(len(acts), timeout=PATIENCE / 2)

    def on_own_connection(act: Callable[[], Any]) -> Any:
        try:
            with connection.cursor() as cursor:
                cursor.execute("set lock_timeout = '5s'")
            all_connected.wait()
            return act()
        finally:
            connection.close()

    return in_threads([partial(attempt, on_own_connection, act) for act in acts], PATIENCE, NO_END)


@contextmanager
def after_the_first(kind: str, then: Callable[[], Any]) -> Iterator[None]:
    """Calls `then` once, after the first statement on products that begins with one of these words has been run."""
    left = [then]

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if left and sql.startswith(tuple(kind.split())) and "crm_product" in sql:
            left.pop()()
        return result

    with connection.execute_wrapper(wrapper):
        yield


class Meeting:
    """Two acts. Each waits after its first statement: until the other has come as far, waits for it, or is over.

    That the other waits for a row is asked of Postgres: how long it takes to get there is nobody's guess.
    """

    def __init__(self) -> None:
        self.settled, self.backends = (Event(), Event()), dict[int, int]()

    def act(self, place: int, kind: str, act: Callable[[], Any]) -> Callable[[], Any]:
        """place: 0 or 1. To be run on a connection of its own that is open."""

        def run() -> Any:
            self.backends[place] = connection.connection.info.backend_pid
            try:
                with after_the_first(kind, lambda: self.wait(place)):
                    return act()
            finally:
                self.settled[place].set()

        return run

    def wait(self, place: int) -> None:
        other, deadline = 1 - place, time.monotonic() + PATIENCE / 2
        self.settled[place].set()
        while not (self.settled[other].wait(MOMENT) or self.is_blocked(other)) and time.monotonic() < deadline:
            pass

    def has_come(self, place: int) -> bool:
        return self.settled[place].is_set() or self.is_blocked(place)

    def is_blocked(self, place: int) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("select cardinality(pg_blocking_pids(%s::int)) > 0", [self.backends.get(place)])
            return bool(cursor.fetchone()[0])
