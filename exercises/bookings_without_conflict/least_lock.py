"""least-lock: book without a constraint, and keep nobody waiting who need not wait."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from exercises.bookings_without_conflict.stays import nights
from nexus import Lab
from nexus.exercises import Finding, attempt, exercise
from nexus.exercises.racing import SECONDS, Connection, guest, raced, tables

PLACES = """
    create table listings (id int primary key);
    insert into listings values (1), (2);
    create table bookings (listing_id int references listings, guest int, stay daterange);
    create table reviews (listing_id int references listings, rating int);
"""


@exercise("least-lock")
def least_lock(lab: Lab, answer: Any) -> Iterator[Finding]:
    with tables(lab, PLACES) as db:
        yield one_after_the_other(lab, answer)
        db.execute("truncate bookings")
        yield Finding(
            "of two at once, one is booked and one is refused",
            expected=["booked", "taken"],
            happened=raced(lab, db, *(lambda db, n=n: answer(db, 1, n, nights(1, 3 + n)) for n in (1, 2))),
            hint="lock first, and look then: the one who waited must see what the one before has written",
        )
        db.execute("truncate bookings")
        yield Finding(
            "of two at once who want different nights, both are booked",
            expected=["booked", "booked"],
            happened=raced(lab, db, *(lambda db, n=n: answer(db, 1, n, nights(n, n + 1)) for n in (1, 2))),
            hint="that the lock is taken says nothing of the nights: wait for it, and look then",
        )
        db.execute("truncate bookings")
        yield from keeps_nobody_else_waiting(lab, answer)


def one_after_the_other(lab: Lab, answer: Any) -> Finding:
    wishes = [(1, nights(1, 4)), (1, nights(3, 6)), (1, nights(4, 5)), (2, nights(1, 4))]
    with guest(lab) as ada:
        answers = [attempt(answer, ada, listing, 7, stay) for listing, stay in wishes]
    return Finding(
        "one after the other, who overlaps is refused and nobody else",
        expected=["booked", "taken", "booked", "booked"],
        happened=answers,
        hint="a stay is in the way if it is of the same listing and overlaps, `stay && %s`; else insert it",
    )


def keeps_nobody_else_waiting(lab: Lab, answer: Any) -> Iterator[Finding]:
    with under_way(lab, answer) as (arrived, bo):
        other = attempt(answer, bo, 2, 8, nights(1, 4)) if arrived else "the insert was never sent"
        review = attempt(bo.execute, "insert into reviews values (1, 5)") if arrived else None
    yield Finding(
        "while one books, another listing can be booked",
        expected="booked",
        happened=other,
        hint="lock the one listing, by its id: guests of others have no quarrel with this one",
    )
    yield Finding(
        "while one books, somebody can review the same listing",
        expected="accepted",
        happened="accepted" if isinstance(review, psycopg.Cursor) else review,
        hint="`for update` also stops rows that only point at the listing: there is a weaker lock, `no key`",
    )


@contextmanager
def under_way(lab: Lab, book: Callable[..., Any]) -> Iterator[tuple[bool, Connection]]:
    """Whether a guest of listing 1 has come as far as the insert, where she is held; and a connection beside hers."""
    arrived, go_on = threading.Event(), threading.Event()

    def hold(statement: str) -> None:
        if statement.startswith(("insert", "with")):
            arrived.set()
            go_on.wait(SECONDS)

    with guest(lab, hold) as ada, guest(lab, patience="300ms") as bo:
        booking = threading.Thread(target=attempt, args=[book, ada, 1, 7, nights(1, 4)], daemon=True)
        booking.start()
        try:
            yield arrived.wait(SECONDS / 2), bo
        finally:
            go_on.set()
            booking.join(SECONDS)
