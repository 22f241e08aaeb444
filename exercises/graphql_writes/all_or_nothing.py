"""all-or-nothing: take several products from the shelf, or none."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from exercises.graphql_writes.crm import on_the_shelf, set_up, stocks_of
from exercises.graphql_writes.meeting import NO_END, Meeting, after_the_first, alone, at_once, without_end
from nexus import Lab
from nexus.exercises import Finding, exercise

ROLL_BACK = "what was taken before must be given back: one transaction, and a rollback where something is missing"
SAY_SO = "the stock is as it should be: now return True where all was taken, and False where nothing was"


@exercise("all-or-nothing")
def all_or_nothing(lab: Lab, answer: Any) -> Iterator[Finding]:
    set_up(lab)
    with on_the_shelf(3, 5) as (products, (cup, pot)):
        for finding in one_after_the_other(answer, products, cup, pot):
            yield finding
            if finding.happened == NO_END:
                return
    with on_the_shelf(3, 5) as (products, (cup, pot)):
        yield no_half_is_seen(answer, products, {cup: 1, pot: 2})
    yield from two_at_once(answer)


def one_after_the_other(answer: Any, products: Any, cup: int, pot: int) -> Iterator[Finding]:
    cases = [
        ("there is enough of both", {cup: 1, pot: 2}, (True, [2, 3]), "take each, and return True"),
        ("too few of the last one: nothing is taken", {cup: 1, pot: 9}, (False, [3, 5]), ROLL_BACK),
        ("too few of the first one: nothing is taken", {cup: 9, pot: 1}, (False, [3, 5]), ROLL_BACK),
        ("named the other way round: the same", {pot: 1, cup: 9}, (False, [3, 5]), ROLL_BACK),
        ("all that there is", {cup: 3, pot: 5}, (True, [0, 0]), "exactly as many as are left may be taken"),
    ]
    for what, wanted, expected, hint in cases:
        for key, stock in ((cup, 3), (pot, 5)):
            products.filter(pk=key).update(stock=stock)
        outcome = alone(answer, products, wanted)
        if outcome == NO_END:
            yield without_end()
            return
        left = stocks_of(products)
        yield Finding(what, expected, (outcome, left), SAY_SO if left == expected[1] else hint)


def no_half_is_seen(answer: Any, products: Any, wanted: dict[int, int]) -> Finding:
    seen = seen_meanwhile(answer, products, wanted)
    return Finding(
        "nobody ever sees a half of it",
        "none or all taken",
        "none or all taken" if seen in ([3, 5], [2, 3]) else seen,
        "what was taken first is kept before the rest is sure, and if the program stopped there, it would be lost. "
        "One transaction around all of it",
    )


def two_at_once(answer: Any) -> Iterator[Finding]:
    with on_the_shelf(1, 5) as (products, (cup, pot)):
        both = race_for(answer, products, {cup: 1, pot: 1}, {cup: 1, pot: 1}, "SELECT UPDATE")
        yield Finding(
            "two want the last one at once: one gets it",
            (["False", "True"], [0, 4]),
            (both, stocks_of(products)),
            "look and take in one statement, `filter(stock__gte=...).update(...)`, and go by its row count",
        )
    with on_the_shelf(9, 9) as (products, (cup, pot)):
        both = race_for(answer, products, {cup: 1, pot: 1}, {pot: 1, cup: 1}, "UPDATE")
        yield Finding(
            "two orders that name the same two the other way round are both made",
            (["True", "True"], [7, 7]),
            (both, stocks_of(products)),
            "each holds what the other needs: take them in the same order, whatever the order says",
        )


def seen_meanwhile(answer: Any, products: Any, wanted: dict[int, int]) -> list[int]:
    """The stocks as others see them, right after the answer's first update. As they were, where it makes none."""
    before, seen = stocks_of(products), list[list[int]]()

    def look() -> None:
        seen.append(alone(stocks_of, products))

    def watched() -> Any:
        with after_the_first("UPDATE", look):
            return answer(products, wanted)

    alone(watched)
    return seen[0] if seen else before


def race_for(answer: Any, products: Any, one: dict[int, int], other: dict[int, int], kind: str) -> list[str]:
    meeting = Meeting()
    acts = [meeting.act(place, kind, partial(answer, products, wanted)) for place, wanted in enumerate((one, other))]
    return sorted(str(outcome).partition(":")[0] for outcome in at_once(*acts))
