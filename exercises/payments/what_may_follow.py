"""what-may-follow: which status of a payment may follow which."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, exercise

STATUSES = ("pending", "paid", "failed", "refunded")
RIGHT: Mapping[str, Sequence[str]] = {"pending": ["paid", "failed"], "paid": ["refunded"], "failed": [], "refunded": []}
LONGEST = 4
# What a learner may have allowed and should not have, or the other way round: from, to, why.
HINTS = {
    ("pending", "paid"): "a payment that is waited for can end well",
    ("pending", "failed"): "a payment that is waited for can end badly",
    ("pending", "refunded"): "what was never paid can't be given back",
    ("paid", "failed"): "the guest has paid: news that an earlier try has failed come too late",
    ("paid", "refunded"): "money that came can be given back",
    ("failed", "paid"): "its booking may be gone: a guest who tries again gets a new tx_ref",
    ("failed", "refunded"): "what was never paid can't be given back",
}
ENDED = "this is its end: nothing follows"


def played(may: Mapping[str, Sequence[str]], news: Sequence[str]) -> list[str]:
    """The statuses of a payment for which such news come, one after the other."""
    status, seen = "pending", []
    for said in news:
        status = said if said in may.get(status, ()) else status
        seen.append(status)
    return seen


@exercise("what-may-follow")
def what_may_follow(lab: Lab, answer: Any) -> Iterator[Finding]:
    yield Finding("each status has a line", sorted(STATUSES), sorted(answer), "one line for each of the four")
    wrong = [found for length in range(1, LONGEST + 1) if (found := first_difference(answer, length))]
    if not wrong:
        yield Finding(f"all sequences of up to {LONGEST} webhooks", "as it should be", "as it should be", "")
        return
    news = wrong[0]
    place = next(n for n, (a, b) in enumerate(zip(played(RIGHT, news), played(answer, news), strict=True)) if a != b)
    before = played(RIGHT, news)[place - 1] if place else "pending"
    yield Finding(
        f"webhooks: {', then '.join(news)}",
        expected=played(RIGHT, news)[-1],
        happened=played(answer, news)[-1],
        hint=HINTS.get((before, news[place]), ENDED),
    )


def first_difference(answer: Mapping[str, Sequence[str]], length: int) -> Sequence[str] | None:
    every = product(STATUSES, repeat=length)
    return next((news for news in every if played(answer, news)[-1] != played(RIGHT, news)[-1]), None)
