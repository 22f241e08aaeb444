"""nothing-there: keep also the answer that there is none."""

import uuid
from collections.abc import Iterator
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, exercise


class Listings:
    """A table of listings that counts how often one is loaded, and the keys of two: one that is there, one not yet."""

    def __init__(self, lab: Lab, answer: Any) -> None:
        self.lab, self.answer, self.loads = lab, answer, 0
        self.there, self.missing = (uuid.uuid4().hex for _ in range(2))  # which no earlier try has left behind
        self.table: dict[str, dict[str, Any]] = {self.there: {"title": "A bright loft", "price": 80}}

    def load(self, one: str) -> dict[str, Any] | None:
        self.loads += 1
        return dict(self.table[one]) if one in self.table else None

    def views(self, one: str) -> tuple[Any, int]:
        """What three views show, or the one thing if they agree, and how many loads they took."""
        self.loads = 0
        shown = [self.answer(self.lab.redis, self.load, one) for _ in range(3)]
        return (shown[0] if shown == shown[:1] * 3 else shown), self.loads


@exercise("nothing-there")
def nothing_there(lab: Lab, answer: Any) -> Iterator[Finding]:
    listings = Listings(lab, answer)
    yield from one_query_each(listings)
    yield from kept_for_a_while(listings)
    yield is_made(listings)


def one_query_each(listings: Listings) -> Iterator[Finding]:
    yield Finding(
        "three views of a listing: one query",
        expected=(listings.table[listings.there], 1),
        happened=listings.views(listings.there),
        hint="look into the cache before you load, keep what you loaded, and give back a dict either way",
    )
    yield Finding(
        "three views of a listing that isn't there: one query",
        expected=(None, 1),
        happened=listings.views(listings.missing),
        hint="that there is none is an answer, too: keep it as a text of its own, such as the JSON null",
    )


def kept_for_a_while(listings: Listings) -> Iterator[Finding]:
    lab, both = listings.lab, (listings.there, listings.missing)
    yield Finding(
        "a listing is kept for an hour at most, that there is none for a minute at most",
        expected=("an hour", "a minute"),
        happened=tuple(kept_for(lab, one) for one in both),
        hint="choose `ex` by what was found: 3600 or 60 seconds; without `ex` an entry never ends",
    )
    for one in both:
        lab.redis.expire(f"listing:{one}", 30)
        listings.views(one)
    left = [int(lab.redis.ttl(f"listing:{one}")) for one in both]
    yield Finding(
        "another view doesn't make it last longer",
        expected=True,
        happened=max(left) <= 30,
        hint="only a miss keeps an answer: a reader that finds one leaves it, and its end, alone",
    )


def is_made(listings: Listings) -> Finding:
    made = listings.table[listings.missing] = {"title": "A new flat", "price": 50}
    listings.lab.redis.delete(f"listing:{listings.missing}")
    return Finding(
        "the listing is made, and the writer deletes `listing:ID`: it is shown at once",
        expected=(made, 1),
        happened=listings.views(listings.missing),
        hint="the writer knows one key: keep both answers under `listing:ID`",
    )


def kept_for(lab: Lab, one: str) -> str:
    seconds = int(lab.redis.ttl(f"listing:{one}"))
    if seconds < 0:
        return "not kept under that key" if seconds == -2 else "forever"
    return "a minute" if seconds <= 60 else "an hour" if seconds <= 3600 else "longer"
