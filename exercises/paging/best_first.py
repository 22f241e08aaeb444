"""best-first: the next page of a list in a mixed order, by way of its index."""

from collections.abc import Iterator
from typing import Any

from exercises.paging.pages import next_page
from nexus import Lab
from nexus.exercises import Finding, exercise, scratch_tables

RATED = """
    create table rated as select n as id, hashint4(n) & 4095 as rating from generate_series(1, 50000) n
    order by hashint4(n + 1);
    create index on rated (rating desc, id)
"""


@exercise("best-first")
def best_first(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, RATED) as db:
        yield from next_page(
            db,
            "rating, id",
            "from rated order by rating desc, id",
            answer,
            most=30,
            hint="add a condition on the rating alone that is true for all rows from the last one on: `rating <= ...`",
        )
