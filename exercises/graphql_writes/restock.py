"""restock: add to what runs low, once, although others buy and restock."""

import time
from collections.abc import Iterator
from functools import partial
from threading import Event
from typing import Any

from django.db import transaction
from django.db.models import F

from exercises.graphql_writes.crm import on_the_shelf, set_up, stocks_of
from exercises.graphql_writes.meeting import MOMENT, NO_END, PATIENCE, Meeting, alone, at_once, without_end
from nexus import Lab
from nexus.exercises import Finding, exercise


@exercise("restock")
def restock(lab: Lab, answer: Any) -> Iterator[Finding]:
    set_up(lab)
    with on_the_shelf(0, 9, 10, 50) as (products, _):
        outcome = alone(answer, products)
        if outcome == NO_END:
            yield without_end()
            return
        yield Finding(
            "of 0, 9, 10 and 50 left, two run low",
            (2, [10, 19, 10, 50]),
            (outcome, stocks_of(products)),
            "ten more of each of which fewer than ten are left; return how many products that were",
        )
    with on_the_shelf(5) as (products, _):
        yield Finding(
            "one that is sold meanwhile is not there again",
            [14],
            sold_meanwhile(answer, products),
            "between your read and your write somebody bought one. Let the database add: F(), in an update",
        )
    with on_the_shelf(2) as (products, _):
        yield one_of_two_does(answer, products)


def one_of_two_does(answer: Any, products: Any) -> Finding:
    outcomes, left = held_up(answer, products), stocks_of(products)
    added_twice = (
        "both have seen 2, and both add. The condition belongs into the same statement as the change, "
        "and there on the row itself: in a subquery it is not looked at again"
    )
    counted_early = "ten were added once, as they should: return the row count of that very update"
    return Finding(
        "of two who restock at once, one does",
        ([0, 1], [12]),
        (sorted(outcomes, key=str), left),
        counted_early if left == [12] else added_twice,
    )


def sold_meanwhile(answer: Any, products: Any) -> list[int]:
    """The stock of the one product, after a restock during which one is sold as soon as that can be."""
    meeting = Meeting()

    def sell() -> None:
        meeting.settled[0].wait(PATIENCE / 2)
        products.update(stock=F("stock") - 1)

    at_once(meeting.act(0, "SELECT UPDATE", partial(answer, products)), meeting.act(1, "UPDATE", sell))
    return stocks_of(products)


def held_up(answer: Any, products: Any) -> list[Any]:
    """What two get who come while somebody holds the rows. Both have begun when the rows are let go."""
    meeting, held = Meeting(), Event()

    def hold() -> None:
        deadline = time.monotonic() + PATIENCE / 2
        with transaction.atomic():
            list(products.select_for_update())
            held.set()
            while not all(meeting.has_come(place) for place in (0, 1)) and time.monotonic() < deadline:
                time.sleep(MOMENT)

    def come() -> Any:
        held.wait(PATIENCE / 2)
        return answer(products)

    return at_once(hold, *(meeting.act(place, "NOTHING", come) for place in (0, 1)))[1:]
