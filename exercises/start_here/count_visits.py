"""count-visits: count visits, also when twenty come at once."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import redis

from nexus import Lab, race
from nexus.exercises import Finding, attempt, exercise

VISITORS = 20


class AllReadFirst(redis.Redis):
    """A client whose GET waits until every visitor has read: the worst moment of a busy evening, each time."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.all_have_read = threading.Barrier(VISITORS, timeout=2)

    def get(self, name: Any) -> Any:
        value = super().get(name)
        with contextlib.suppress(threading.BrokenBarrierError):  # the answer lets one in at a time, which is right too
            self.all_have_read.wait()
        return value


@exercise("count-visits")
def count_visits(lab: Lab, answer: Any) -> Iterator[Finding]:
    lab.redis.delete("home", "about", "sale")
    yield Finding(
        "the first visit of a page counts 1",
        expected=1,
        happened=attempt(answer, lab.redis, "home"),
        hint="return the new count, as a number",
    )
    attempt(answer, lab.redis, "about")
    yield Finding(
        "each page has a count of its own",
        expected=1,
        happened=int(lab.redis.get("about") or 0),
        hint="use the page's name as the key",
    )
    busy = AllReadFirst(connection_pool=lab.redis.connection_pool)
    race(lambda: attempt(answer, busy, "sale"), [()] * VISITORS)
    yield Finding(
        f"{VISITORS} visits at once count {VISITORS}",
        expected=VISITORS,
        happened=int(lab.redis.get("sale") or 0),
        hint="between your read and your write, others read the same old count: ask Redis to do both in one command",
    )
