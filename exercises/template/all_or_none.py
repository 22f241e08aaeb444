"""all-or-none: sell several tickets, or none."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from nexus import Lab
from nexus.exercises import Finding, exercise, scratch


@exercise("all-or-none")
def all_or_none(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch(lab) as db:
        db.exec_driver_sql("create table tickets (seats int)")
        db.exec_driver_sql("insert into tickets values (3)")
        yield Finding(
            "two of three seats are sold",
            expected=("sold", 1),
            happened=sell(db, answer, 2),
            hint="take off what is wanted, and answer with `returning`, so that the program knows",
        )
        yield Finding(
            "two more are refused, and nothing changes",
            expected=("sold out", 1),
            happened=sell(db, answer, 2),
            hint="one seat is more than none, and still too few: compare with what is wanted",
        )
        yield Finding(
            "the last one is sold",
            expected=("sold", 0),
            happened=sell(db, answer, 1),
            hint="exactly as many as are left may still be sold",
        )


def sell(db: Connection, answer: Any, wanted: int) -> tuple[str, int]:
    """What the buyer gets, and how many seats are left."""
    answered = db.exec_driver_sql(answer, {"wanted": wanted})
    took = answered.returns_rows and answered.all()
    return ("sold" if took else "sold out"), db.exec_driver_sql("select seats from tickets").scalar_one()
