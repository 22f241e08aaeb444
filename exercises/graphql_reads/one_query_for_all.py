"""one-query-for-all: the same totals with one query for a whole batch."""

from collections.abc import Iterator
from typing import Any

from exercises.graphql_reads.orders import ORDERS, Reader, astray, orders_of, true_totals
from nexus import Lab
from nexus.exercises import Finding, exercise, scratch_tables, unless_failed

ALL_RIGHT = "all right"


@exercise("one-query-for-all")
def one_query_for_all(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, ORDERS) as db:
        truth = true_totals(db)
        (few, first), (many, second) = orders_of(db, answer, 3), orders_of(db, answer, 30)
        found, reader = (many, second) if compared(few, truth) == ALL_RIGHT else (few, first)
        right = Finding(
            "the totals of three orders, and of thirty",
            expected=ALL_RIGHT,
            happened=compared(found, truth),
            hint=astray(found, truth, reader),
        )
        yield right
        yield from few_are_read(right, first, second)
        db.execute("update products set price = price + 100")
        yield Finding(
            "after prices have risen, the next request",
            expected=ALL_RIGHT,
            happened=compared(orders_of(db, answer, 30)[0], true_totals(db)),
            hint=unless_failed(
                right, "this was kept from an earlier request: only the batch may remember, and it ends"
            ),
        )


def few_are_read(right: Finding, first: Reader, second: Reader) -> Iterator[Finding]:
    """first: it has read three orders. second: thirty."""
    yield Finding(
        "two queries, for three orders as for thirty",
        expected=(2, 2),
        happened=(first.queries, second.queries),
        hint=unless_failed(right, number_of_queries(first.queries, second.queries)),
    )
    yield Finding(
        "rows read for three orders",
        expected="few",
        happened="few" if first.read <= 30 else "more",
        hint="read what belongs to these orders: `where order_id = any(%s)`, with the ids of those in the batch",
    )


def number_of_queries(few: int, many: int) -> str:
    """What to look at, where there are not two."""
    if few == many > 2:
        return "as many for thirty, and yet one too many: let a join put lines and products together"
    if many > 2:
        return "`fetch` runs once for each *name* in a batch: one name for all orders, one query with `= any(%s)`"
    return "read the totals with `info.context.rows`"


def compared(found: Any, truth: dict[int, int]) -> str:
    if isinstance(found, str):
        return found
    return ALL_RIGHT if found and all(truth[key] == total for key, total in found) else "some are wrong"
