"""failing-test: a test that passes for a booking that asks in time, and fails for those that do not."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from nexus import Lab
from nexus.exercises import Finding, exercise
from nexus.exercises.trying import said

TABLE = """
    drop table if exists requests;
    create table requests (id int generated always as identity primary key, guest text not null)
"""
INSERT = "insert into requests (guest) values (%s) returning id"
Ask = Callable[[int], Any]
Book = Callable[[Lab, str, Ask], None]
AT_THE_MOMENT = (
    "when your test looks, all is committed, and it sees what a worker did not: look within `ask`, at the moment it is "
    "called"
)


def _insert(db: psycopg.Connection[Any], guest: str) -> int:
    row = db.execute(INSERT, [guest]).fetchone()
    assert row
    return int(row[0])


def _after_commit(lab: Lab, guest: str, ask: Ask) -> None:
    with lab.connect() as db:
        number = _insert(db, guest)
    ask(number)


def _within(lab: Lab, guest: str, ask: Ask) -> None:
    with lab.connect() as db:
        ask(_insert(db, guest))


def _never(lab: Lab, guest: str, ask: Ask) -> None:
    with lab.connect() as db:
        _insert(db, guest)


def _twice(lab: Lab, guest: str, ask: Ask) -> None:
    _after_commit(lab, guest, lambda number: (ask(number), ask(number)))


def _of_another(lab: Lab, guest: str, ask: Ask) -> None:
    with lab.connect() as db:
        number = _insert(db, guest)
    ask(number + 1)


WRONG = {
    "asks within its transaction": (_within, AT_THE_MOMENT),
    "never asks": (_never, "a booking that never asks has to fail, too: assert how often `ask` was called"),
    "asks twice": (_twice, "a task that is sent twice has to fail: assert how often `ask` was called"),
    "asks with another number": (_of_another, "read the row with the number that `ask` gets: is it there, and hers?"),
}


def _outcome(lab: Lab, test: Any, book: Book) -> str:
    with lab.connect() as db:
        db.execute(TABLE.encode())
    try:
        test(lambda guest, ask: book(lab, guest, ask))
    except AssertionError:
        return "it fails"
    except Exception as error:
        return said(error)
    return "it passes"


@exercise("failing-test")
def failing_test(lab: Lab, answer: Any) -> Iterator[Finding]:
    yield Finding(
        "for a booking that asks after the commit",
        "it passes",
        _outcome(lab, answer, _after_commit),
        "this one is right: its row is committed when it asks, and it asks once",
    )
    for what, (book, hint) in WRONG.items():
        yield Finding(f"for one that {what}", "it fails", _outcome(lab, answer, book), hint)
