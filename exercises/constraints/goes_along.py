"""goes-along: for each foreign key, what a delete does to the rows that point there."""

from collections.abc import Iterator
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from nexus import Lab
from nexus.exercises import Finding, exercise, scratch


@exercise("goes-along")
def goes_along(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch(lab) as db:
        fill(db, answer)
        yield Finding(
            "a listing that was booked can't be deleted",
            expected="refused by bookings",
            happened=tried(db, "listings", 1)[0],
            hint="others rely on the listing: its bookings must refuse",
        )
        yield Finding(
            "a listing that is only wished for can be deleted, and the wish with it",
            expected=("deleted", []),
            happened=tried(db, "listings", 2)[:2],
            hint="a wish for a listing that is gone means nothing: it goes along",
        )
        yield from without_the_guest(*tried(db, "users", 1))


def fill(db: Connection, rules: Any) -> None:
    """A guest who has booked listing 1 and wishes for listing 2, in tables whose foreign keys follow these rules."""
    db.exec_driver_sql("create table users (id int primary key)")
    db.exec_driver_sql("create table listings (id int primary key)")
    for table in ("wishes", "bookings"):
        guest, listing = rules[f"{table}.guest_id"], rules[f"{table}.listing_id"]
        db.exec_driver_sql(
            f"create table {table} (guest_id int references users on delete {guest},"
            f" listing_id int references listings on delete {listing})"
        )
    db.exec_driver_sql("insert into users values (1)")
    db.exec_driver_sql("insert into listings values (1), (2)")
    db.exec_driver_sql("insert into bookings values (1, 1)")
    db.exec_driver_sql("insert into wishes values (1, 2)")


def without_the_guest(outcome: str, wishes: list[Any], bookings: list[Any]) -> Iterator[Finding]:
    yield Finding(
        "the guest can be deleted",
        expected="deleted",
        happened=outcome,
        hint="the table that refused still points at her: its rule for the guest must not be in the way",
    )
    if outcome == "deleted":
        yield Finding(
            "her wishes are deleted with her",
            expected=[],
            happened=wishes,
            hint="a wish list belongs to its guest: nothing of it may stay",
        )
        yield Finding(
            "her booking stays, without her",
            expected=[(None, 1)],
            happened=bookings,
            hint="the booking outlives the guest: only the pointer at her is emptied",
        )


def tried(db: Connection, table: str, number: int) -> tuple[str, list[Any], list[Any]]:
    """What came of deleting a row, and the wishes and bookings after it. Then all is as before."""
    with db.begin_nested() as attempt:
        outcome = deleted(db, table, number)
        left = [[tuple(row) for row in db.exec_driver_sql(f"select * from {kind}")] for kind in ("wishes", "bookings")]
        attempt.rollback()
    return outcome, left[0], left[1]


def deleted(db: Connection, table: str, number: int) -> str:
    """What came of deleting a row: "deleted", or which table refused."""
    try:
        with db.begin_nested():
            db.exec_driver_sql(f"delete from {table} where id = {number}")
    except IntegrityError as error:
        return f"refused by {error.orig.diag.table_name if isinstance(error.orig, psycopg.Error) else error}"
    return "deleted"
