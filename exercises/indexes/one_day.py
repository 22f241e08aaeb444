"""one-day: a condition on a day that an index can be used for."""

from collections.abc import Iterator
from typing import Any

from exercises.indexes.messages import MESSAGES, at_most
from nexus import Lab
from nexus.exercises import Finding, exercise, ids_of, scratch_tables
from nexus.plan import explain


@exercise("one-day")
def one_day(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, MESSAGES) as db:
        db.execute("create index on messages (sent_at)")
        right = set(ids_of(db.execute("select id from messages where sent_at::date = '2026-03-01'")))
        found = set(ids_of(db.execute(answer)))
        plan = explain(db, answer)
    yield Finding(
        "all messages of the day are found",
        expected=0,
        happened=len(right - found),
        hint="so many are missing: the day begins at midnight, which belongs to it, and ends where the next one begins",
    )
    yield Finding(
        "no other message is found",
        expected=0,
        happened=len(found - right),
        hint="these are too many: the next midnight belongs to the next day, so ask for what is before it",
    )
    if right >= found:
        yield Finding(
            "the index is used",
            **at_most(60, plan),
            hint="leave `sent_at` bare on its side of the comparison: no cast, no function, no arithmetic",
        )
