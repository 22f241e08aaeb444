"""cancelled-frees: an exclusion constraint with a condition."""

import itertools
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from nexus import Lab
from nexus.exercises import Finding, accepts, exercise, run, scratch


@exercise("cancelled-frees")
def cancelled_frees(lab: Lab, answer: Any) -> Iterator[Finding]:
    lab.sql("create extension if not exists btree_gist")
    with scratch(lab) as db:
        db.exec_driver_sql(
            "create table stays (listing_id int not null, stay daterange not null, status text not null)"
        )
        run(db, f"alter table stays add {answer}")
        yield from in_the_way(db)
        yield from in_nobodys_way(db)


def second(
    db: Connection, first_status: str, status: str, listing: int = 1, nights: str = "[2030-01-02,2030-01-04)"
) -> bool:
    """Whether a stay is accepted beside one of listing 1 for the nights of the 1st and the 2nd."""
    db.exec_driver_sql("delete from stays")
    db.exec_driver_sql(f"insert into stays values (1, '[2030-01-01,2030-01-03)', '{first_status}')")
    return accepts(db, f"insert into stays values ({listing}, '{nights}', '{status}')")


def in_the_way(db: Connection) -> Iterator[Finding]:
    pairs = itertools.product(("pending", "confirmed"), repeat=2)
    yield Finding(
        "pending and confirmed stays are in each other's way",
        expected=[],
        happened=[f"{a}, then {b}" for a, b in pairs if second(db, a, b)],
        hint="any two that share a night of one listing clash: with no third comparison, no `where` for one",
    )


def in_nobodys_way(db: Connection) -> Iterator[Finding]:
    freed = [
        ("cancelled", "pending"),
        ("cancelled", "confirmed"),
        ("cancelled", "cancelled"),
        ("confirmed", "cancelled"),
    ]
    yield Finding(
        "a cancelled stay is in nobody's way",
        expected=[],
        happened=[f"{a}, then {b}" for a, b in freed if not second(db, a, b)],
        hint="let the constraint compare only stays that are not cancelled: it can end in `where (...)`",
    )
    elsewhere = second(db, "pending", "pending", listing=2)
    afterwards = second(db, "pending", "pending", nights="[2030-01-03,2030-01-05)")
    yield Finding(
        "another listing, or the day the first guest leaves, is free",
        expected=(True, True),
        happened=(elsewhere, afterwards),
        hint="keep both comparisons: the same listing with =, overlapping stays with &&",
    )
