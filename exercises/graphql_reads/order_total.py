"""order-total: a resolver that sums an order's lines."""

from collections.abc import Iterator
from typing import Any

from exercises.graphql_reads.orders import ORDERS, astray, orders_of, true_totals
from nexus import Lab
from nexus.exercises import Finding, exercise, scratch_tables


@exercise("order-total")
def order_total(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, ORDERS) as db:
        truth = true_totals(db)
        bare = next(key for key in sorted(truth) if truth[key] == 0)
        full = next(key for key in sorted(truth) if truth[key] > 0)
        found, reader = orders_of(db, answer, 20)
        totals = dict(found) if isinstance(found, list) else {}
        expected = [(key, truth[key]) for key in (full, bare)]
        yield Finding(
            f"the total of order {full}, and of order {bare}, which has no lines",
            expected,
            [(key, totals[key]) for key in (full, bare)] if totals else found,
            astray(found, truth, reader),
        )
        yield Finding(
            "the totals of twenty orders",
            expected="all right",
            happened="all right" if totals and all(truth[key] == totals[key] for key in totals) else "some are wrong",
            hint=astray(found, truth, reader),
        )
