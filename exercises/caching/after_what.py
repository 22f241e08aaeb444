"""after-what: save, commit and then clear, whatever fails."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import redis

from nexus import Lab
from nexus.exercises import Finding, exercise, said, scratch_tables

PLACES = """
    create table places (id int primary key, price int not null);
    create table price_log (price int not null check (price <= 500));
    insert into places values (7, 100)
"""
# A slip such as a second connection that waits for the first must end in words, not in silence.
BOUNDED = "-c search_path=scratch -c lock_timeout=2s -c statement_timeout=5s"


class Trial:
    """One call of a learner's function, with all that it needs, and what came of it.

    outcome: "no error", "refused", or another error in words. saved: the price and the log afterwards.
    cleared: the keys, one a clear. loaded: the price that a reader loads right after each clear.
    """

    def __init__(self, lab: Lab, answer: Callable[..., Any], price: int, redis_is_down: bool = False) -> None:
        self.lab, self.redis_is_down = lab, redis_is_down
        self.cleared: list[str] = []
        self.loaded: list[int] = []
        self._opened: list[psycopg.Connection[Any]] = []
        with scratch_tables(lab, PLACES):
            self.outcome = self._call(answer, price)
            self.saved = (self._read("places")[0], self._read("price_log"))

    def _call(self, answer: Callable[..., Any], price: int) -> str:
        try:
            answer(self._connect, self._clear, price)
        except Exception as error:
            return "refused" if isinstance(error, psycopg.errors.CheckViolation) else said(error)
        finally:
            for connection in self._opened:  # one that was left open would hold its locks
                connection.close()
        return "no error"

    def _connect(self) -> psycopg.Connection[Any]:
        self._opened.append(self.lab.connect(options=BOUNDED))
        return self._opened[-1]

    def _clear(self, key: str) -> None:
        self.cleared.append(key)
        self.loaded += self._read("places")
        if self.redis_is_down:
            raise redis.ConnectionError("Redis does not answer")

    def _read(self, table: str) -> list[int]:
        """The prices that everybody else reads in a table at this moment."""
        with self.lab.connect(options=BOUNDED) as other:
            return [row[0] for row in other.execute(f"select price from {table}".encode()).fetchall()]


@exercise("after-what")
def after_what(lab: Lab, answer: Any) -> Iterator[Finding]:
    yield from saved_and_then_cleared(Trial(lab, answer, 90))
    yield from refused(Trial(lab, answer, 900))
    yield Finding(
        "Redis is down when the key is to be cleared: the new price stays",
        expected=(90, [90]),
        happened=Trial(lab, answer, 90, redis_is_down=True).saved,
        hint="a clear that fails must find the change committed",
    )


def saved_and_then_cleared(trial: Trial) -> Iterator[Finding]:
    yield Finding(
        "a new price is saved and logged, and its key is cleared once",
        expected=("no error", (90, [90]), ["price:7"]),
        happened=(trial.outcome, trial.saved, trial.cleared),
        hint='save and log on one connection, and call clear("price:7") once; a `with connect()` commits at its end',
    )
    yield Finding(
        "a reader that comes right after the clear loads the new price",
        expected=[90],
        happened=trial.loaded,
        hint="until the commit everybody else reads the old price: clear on the line after the `with`, not in it or "
        "before it",
    )


def refused(trial: Trial) -> Iterator[Finding]:
    yield Finding(
        "the log refuses a price: nothing is changed",
        expected=(100, []),
        happened=trial.saved,
        hint="both statements belong to one transaction, so that they happen together or not at all",
    )
    yield Finding(
        "the log refuses a price: nothing is cleared",
        expected=[],
        happened=trial.cleared,
        hint="clear only what was committed: not within the `with`, and not in a `finally`, which runs in any case",
    )
    yield Finding(
        "the log refuses a price: the caller hears of it",
        expected="refused",
        happened=trial.outcome,
        hint="let the error pass, or Hana believes that her price was taken",
    )
