"""newest-first: the next page of a list that goes down in both columns."""

from collections.abc import Iterator
from typing import Any

from exercises.paging.pages import next_page
from nexus import Lab
from nexus.exercises import Finding, exercise, scratch_tables

# An id tells nothing of the time, nor does the place in the table.
MESSAGES = """
    create table messages as
    select n as id, '2026-02-20'::timestamp + (hashint4(n) & 1023) * interval '1 minute' as sent_at
    from generate_series(1, 50000) n order by hashint4(n + 1);
    create index on messages (sent_at, id)
"""


@exercise("newest-first")
def newest_first(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, MESSAGES) as db:
        yield from next_page(
            db,
            "sent_at, id",
            "from messages order by sent_at desc, id desc",
            answer,
            most=10,
            hint="compare the two columns as one row, `(a, b) < (c, d)`, so that it is a place in the index",
        )
