"""clean-up: a queryset of the customers who have been idle since a day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from exercises.graphql_writes.crm import selling, set_up, within
from nexus import Lab
from nexus.exercises import Finding, exercise

CUTOFF = datetime(2029, 6, 1, 12, tzinfo=UTC)
LONG_AGO, LATELY = CUTOFF - timedelta(days=300), CUTOFF + timedelta(days=7)
JUST_BEFORE = CUTOFF - timedelta(hours=1)
MISSED = "a customer whose orders are all from before the cutoff, if only by an hour, has been idle since"
A_QUERYSET = "return a queryset, made from `customers`"
ONE_AT_A_TIME = "a filter over orders looks at one order at a time: an old one is enough. Exclude those with a new one"
# Who, customer since, orders, how often found, and why.
BUYERS: list[tuple[str, datetime, list[datetime], int, str, str]] = [
    ("Bo", LONG_AGO, [LONG_AGO, LATELY], 0, "Bo, with an old order and a new one, stays", ONE_AT_A_TIME),
    ("Cleo", LONG_AGO, [LATELY], 0, "Cleo, with a new order alone, stays", "she has an order since the cutoff"),
    ("Dan", LONG_AGO, [JUST_BEFORE], 1, "Dan, with an old order alone, is found", "he has no order since the cutoff"),
    (
        "Eve", LONG_AGO, [LONG_AGO, LONG_AGO + timedelta(days=1)], 1, "Eve, with two old orders, is found once",
        "a join gives a customer once for each order that fits: exclude does not",
    ),
    (
        "Flo", LONG_AGO, [], 1, "Flo, an old customer who never ordered, is found",
        "she has no order that could be old: don't ask for one, ask that there be none since the cutoff",
    ),
    (
        "Gus", LATELY, [], 0, "Gus, who came last week and has not ordered yet, stays",
        "he was no customer before the cutoff: `created_at`",
    ),
    ("Hal", LONG_AGO, [CUTOFF], 0, "Hal, who ordered at the cutoff, stays", "since the cutoff: at it, or after it"),
    (
        "Ida", CUTOFF, [], 0, "Ida, who came at the cutoff, stays",
        "who came at the cutoff was no customer before it: less than, and not equal",
    ),
]  # fmt: skip


@exercise("clean-up")
def clean_up(lab: Lab, answer: Any) -> Iterator[Finding]:
    set_up(lab)
    with selling() as (customers, mine, _):
        for name, since, moments, *_ in BUYERS:
            buyer = customers.create(owner=mine, name=name, email=f"{name}@exercise.example", created_at=since)
            for moment in moments:
                buyer.orders.create(ordered_at=moment, total=1)
        customers.create(owner=mine, name="Jo", email="jo@exercise.example", created_at=LONG_AGO)
        found = within(lambda: names_in(answer(customers.exclude(name="Jo"), CUTOFF)))
        if isinstance(found, str):
            yield Finding("the customers are found", "a queryset of customers", found, A_QUERYSET)
            return
        for name, _, moments, times, what, hint in BUYERS:
            seen = found.count(name)
            yield Finding(what, times, seen, MISSED if moments and seen < times else hint)
        yield Finding("nobody is found who is not among `customers`", 0, found.count("Jo"), A_QUERYSET)


def names_in(found: Any) -> list[str]:
    if not isinstance(found, QuerySet):
        raise TypeError(f"{type(found).__name__} is not a queryset")
    return [one.name for one in found]
