"""who-waits: say of statements whether a second transaction waits for the first."""

from collections.abc import Iterator
from typing import Any

import psycopg

from exercises.bookings_without_conflict.stays import RULE
from nexus import Lab
from nexus.exercises import Finding, exercise
from nexus.exercises.racing import Connection, guest, tables

FREE = "'[2030-06-01,2030-06-03)'"
STATEMENTS = {
    "select from bookings where stay && (the free night) for update": (
        f"select from bookings where stay && {FREE} for update",
        "how many rows does the query find? `for update` locks those, and no other",
    ),
    "select from listings where id = 1 for no key update": (
        "select from listings where id = 1 for no key update",
        "this is what an update takes, and two updates of one row never go together",
    ),
    "select from listings where id = 1 for key share": (
        "select from listings where id = 1 for key share",
        "shared means that many may hold it: it only stops those who would delete the listing, or change its key",
    ),
    "select pg_advisory_xact_lock(22, 1)": (
        "select pg_advisory_xact_lock(22, 1)",
        "both ask for the same number, and one transaction at a time has it",
    ),
    "insert into bookings values (1, (the free night))": (
        f"insert into bookings values (1, {FREE})",
        "Ada's stay may yet be committed or rolled back, and Bo's depends on it",
    ),
    "insert into reviews values (1, 5)": (
        "insert into reviews values (1, 5)",
        "the two rows have nothing to do with each other, and a foreign key takes `for key share` on the listing",
    ),
}
BOOKINGS = f"""
    create table listings (id int primary key);
    insert into listings values (1), (2);
    create table bookings (listing_id int references listings, stay daterange, status text default 'pending', {RULE});
    create table reviews (listing_id int references listings, rating int);
"""


@exercise("who-waits")
def who_waits(lab: Lab, answer: Any) -> Iterator[Finding]:
    with tables(lab, BOOKINGS), guest(lab) as ada, guest(lab, patience="200ms") as bo:
        for said, (statement, hint) in STATEMENTS.items():
            yield Finding(said, waits(ada, bo, statement), answer.get(said, "no word of it"), hint)


def waits(ada: Connection, bo: Connection, statement: str) -> bool:
    """Whether the statement has to wait while another transaction that ran it is open. Both are rolled back."""
    with ada.transaction(force_rollback=True):
        ada.execute(statement.encode())
        try:
            with bo.transaction(force_rollback=True):
                bo.execute(statement.encode())
        except psycopg.errors.LockNotAvailable:
            return True
    return False
