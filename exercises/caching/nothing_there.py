"""nothing-there: keep also the answer that there is none."""

import uuid
from collections.abc import Iterator
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, exercise


@exercise("nothing-there")
def nothing_there(lab: Lab, answer: Any) -> Iterator[Finding]:
    there, missing = (uuid.uuid4().hex for _ in range(2))  # keys that no earlier try has left behind
    table, loads = {there: {"title": "A bright loft", "price": 80}}, 0

    def load(one: str) -> dict[str, Any] | None:
        nonlocal loads
        loads += 1
        return dict(table[one]) if one in table else None

    def views(one: str) -> tuple[Any, int]:
        """What three views show, or the one thing if they agree, and how many loads they took."""
        nonlocal loads
        loads = 0
        shown = [answer(lab.redis, load, one) for _ in range(3)]
        return (shown[0] if shown == shown[:1] * 3 else shown), loads

    yield Finding(
        "three views of a listing: one query",
        expected=(table[there], 1),
        happened=views(there),
        hint="look into the cache before you load, keep what you loaded, and give back a dict either way",
    )
    yield Finding(
        "three views of a listing that isn't there: one query",
        expected=(None, 1),
        happened=views(missing),
        hint="that there is none is an answer, too: keep it as a text of its own, such as the JSON null",
    )
    yield Finding(
        "a listing is kept for an hour at most, that there is none for a minute at most",
        expected=("an hour", "a minute"),
        happened=(kept_for(lab, there), kept_for(lab, missing)),
        hint="choose `ex` by what was found: 3600 or 60 seconds; without `ex` an entry never ends",
    )
    for one in (there, missing):
        lab.redis.expire(f"listing:{one}", 30)
        views(one)
    left = [int(lab.redis.ttl(f"listing:{one}")) for one in (there, missing)]
    yield Finding(
        "another view doesn't make it last longer",
        expected=True,
        happened=max(left) <= 30,
        hint="only a miss keeps an answer: whoever finds one leaves it, and its end, alone",
    )
    table[missing] = {"title": "A new flat", "price": 50}
    lab.redis.delete(f"listing:{missing}")
    yield Finding(
        "the listing is made, and the writer deletes `listing:ID`: it is shown at once",
        expected=(table[missing], 1),
        happened=views(missing),
        hint="the writer knows one key: keep both answers under `listing:ID`",
    )


def kept_for(lab: Lab, one: str) -> str:
    seconds = int(lab.redis.ttl(f"listing:{one}"))
    if seconds < 0:
        return "not kept under that key" if seconds == -2 else "for ever"
    return "a minute" if seconds <= 60 else "an hour" if seconds <= 3600 else "longer"
