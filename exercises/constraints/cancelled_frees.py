"""cancelled-frees: an exclusion constraint with a condition."""

from collections.abc import Iterator
from typing import Any

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

        def second(first_status: str, status: str, listing: int = 1, nights: str = "[2030-01-02,2030-01-04)") -> bool:
            """Whether a stay is accepted beside one of listing 1 for the nights of the 1st and the 2nd."""
            db.exec_driver_sql("delete from stays")
            db.exec_driver_sql(f"insert into stays values (1, '[2030-01-01,2030-01-03)', '{first_status}')")
            return accepts(db, f"insert into stays values ({listing}, '{nights}', '{status}')")

        kept = {f"{a}, then {b}": second(a, b) for a in ("pending", "confirmed") for b in ("pending", "confirmed")}
        yield Finding(
            "pending and confirmed stays are in each other's way",
            expected=[],
            happened=[pair for pair, accepted in kept.items() if accepted],
            hint="any two that share a night of one listing clash: with no third comparison, no `where` for one",
        )
        freed = [
            ("cancelled", "pending"),
            ("cancelled", "confirmed"),
            ("cancelled", "cancelled"),
            ("confirmed", "cancelled"),
        ]
        yield Finding(
            "a cancelled stay is in nobody's way",
            expected=[],
            happened=[f"{a}, then {b}" for a, b in freed if not second(a, b)],
            hint="let the constraint compare only stays that are not cancelled: it can end in `where (...)`",
        )
        yield Finding(
            "another listing, or the day the first guest leaves, is free",
            expected=(True, True),
            happened=(second("pending", "pending", 2), second("pending", "pending", nights="[2030-01-03,2030-01-05)")),
            hint="keep both comparisons: the same listing with =, overlapping stays with &&",
        )
