"""honest-ratings: constraints that let no rating in that makes no sense."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from nexus import Lab
from nexus.exercises import Finding, accepts, exercise, run, scratch


@exercise("honest-ratings")
def honest_ratings(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch(lab) as db:
        db.exec_driver_sql("create table feedback (booking_id int, rating int)")
        for statement in [answer] if isinstance(answer, str) else answer:
            run(db, statement)
        yield from within_bounds(db)
        yield from one_for_each_booking(db)


def accepted(db: Connection, *ratings: str) -> list[str]:
    """Of these ratings, each for a booking of its own, those that the table takes."""
    rows = [(rating, f"insert into feedback values ({n}, {rating})") for n, rating in enumerate(ratings)]
    taken = [rating for rating, row in rows if accepts(db, row)]
    db.exec_driver_sql("delete from feedback")
    return taken


def within_bounds(db: Connection) -> Iterator[Finding]:
    yield Finding(
        "of the ratings 0 to 6, those from 1 to 5 are accepted",
        expected=list("12345"),
        happened=accepted(db, *"0123456"),
        hint="a rating has a lower bound and an upper one, and both belong to it: `between` includes its ends",
    )
    yield Finding(
        "a missing rating is refused",
        expected=[],
        happened=accepted(db, "null"),
        hint="a check refuses only what is false, and null is not: `alter table ... alter rating set not null`",
    )


def one_for_each_booking(db: Connection) -> Iterator[Finding]:
    db.exec_driver_sql("insert into feedback values (1, 5)")
    yield Finding(
        "a second row for one booking is refused",
        expected=False,
        happened=accepts(db, "insert into feedback values (1, 4)"),
        hint="booking_id has to be unique, by itself: it doesn't matter what the second rating is",
    )
    yield Finding(
        "another booking may get the same rating",
        expected=True,
        happened=accepts(db, "insert into feedback values (2, 5)"),
        hint="only the booking is unique: many may be rated 5",
    )
