"""when-again: from a log of requests, the seconds until the next one is admitted."""

from collections.abc import Iterator, Sequence
from typing import Any

from exercises.rate_limiting.clients import fresh
from exercises.rate_limiting.clock import MINUTE, NOON, SECOND
from nexus import Lab
from nexus.exercises import Finding, exercise


def first_that_passes(lab: Lab, moments: Sequence[float], now: float) -> int | None:
    """Of the whole seconds after now, the first in which the chapter's own log admits."""
    script, key = lab.lua("sliding-log.lua"), fresh()

    def admits(moment: float) -> bool:
        return bool(script(keys=[key], args=[10, MINUTE, round(moment * SECOND)]))

    for moment in moments:
        admits(moment)
    return next((wait for wait in range(100) if admits(now + wait)), None)


OLDEST = "room comes when the oldest of the ten leaves: its moment, and sixty seconds, less what time it is now"
# What, the moments in the log, what time it is now, and a hint.
CASES = [
    ("ten requests, three seconds apart, the newest just now", [NOON + 3 * n for n in range(10)], NOON + 27, OLDEST),
    ("the oldest leaves in 12.4 seconds", [NOON + 0.6 + n for n in range(10)], NOON + 48.2, OLDEST),
    (
        "four requests in the log",
        [NOON + n for n in range(4)],
        NOON + 10,
        "with fewer than ten in the log there is room now",
    ),
    (
        "ten requests, the oldest 75 seconds ago",
        [NOON + n for n in range(10)],
        NOON + 75,
        "the oldest has left the window already, so there is room now: nobody waits for less than 0 seconds",
    ),
]


@exercise("when-again")
def when_again(lab: Lab, answer: Any) -> Iterator[Finding]:
    for what, moments, now, hint in CASES:
        expected = first_that_passes(lab, moments, now)
        happened = answer(list(moments), now)
        yield Finding(what, expected, happened, about_the_wait(expected, happened, moments[0] + 60 - now, hint))


def about_the_wait(expected: int | None, happened: Any, left: float, hint: str) -> str:
    if isinstance(happened, str):
        return "this is a text: return it as a number"
    if expected and happened == 0:
        return "ten in the log are as many as may be in a minute: a log of ten has no room left"
    if expected and isinstance(happened, int | float):
        if left == expected and happened == expected + 1:
            return "a whole number stays as it is: not one more"
        if expected - 1 <= happened < expected:
            return "round up: a guest who comes back too early, by however little, is refused again"
    return hint
