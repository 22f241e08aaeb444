"""nobody-waits: serve the old value while one caller computes the new one."""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import redis

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise

CALLERS = 50
PATIENCE = 3.0  # seconds, after which a caller without an answer counts as waiting


class Work:
    """A computation that counts how often it is begun, and ends when it may."""

    def __init__(self, value: str, may_end: threading.Event | None = None) -> None:
        self.value, self.may_end, self.lock, self.begun = value, may_end, threading.Lock(), 0

    def __call__(self) -> str:
        with self.lock:
            self.begun += 1
        (self.may_end or threading.Event()).wait(2 * PATIENCE if self.may_end else 0.05)
        return self.value

    @property
    def times(self) -> str:
        return {0: "not computed", 1: "computed once"}.get(self.begun, "computed several times")


class Callers:
    """Callers in threads of their own, which a call that never returns can't hold up."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.answers: list[Any] = []
        self.threads = [threading.Thread(target=self.ask, args=[call], daemon=True) for _ in range(CALLERS)]
        for thread in self.threads:
            thread.start()

    def ask(self, call: Callable[[], Any]) -> None:
        self.answers.append(attempt(call))

    def within(self, seconds: float) -> dict[str, int]:
        """How often each answer was given, when all had these seconds."""
        deadline = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        answers = [str(answer) for answer in self.answers]
        return dict(Counter(answers + ["no answer yet"] * (CALLERS - len(answers))))


@exercise("nobody-waits")
def nobody_waits(lab: Lab, answer: Any) -> Iterator[Finding]:
    for finding in nobody_waits_at(lab.redis, f"nobody-waits:{uuid.uuid4().hex}", answer):
        yield finding
        if not finding.passed:
            return  # what comes after it builds upon it


def nobody_waits_at(client: "redis.Redis", key: str, answer: Any) -> Iterator[Finding]:
    clock = [1000.0]

    def asked(work: Work) -> Callable[[], Any]:
        return lambda: answer(client, key, work, lambda: clock[0])

    yield from cold(asked, "first")
    clock[0] += 9
    yield fresh(asked)
    yield Finding(
        "after 70 s Redis forgets it by itself",
        expected="10 to 70 s",
        happened="10 to 70 s" if 10_000 < client.pttl(key) <= 70_000 else "another time to live",
        hint="a hard limit is behind the soft one: `ex=70` when it is stored",
    )
    for before, value in (("first", "second"), ("second", "third")):
        clock[0] += 20
        yield from stale(asked, before, value)
    client.delete(key)
    yield from cold(asked, "fourth")


def fresh(asked: Callable[[Work], Callable[[], Any]]) -> Finding:
    unwanted = Work("unwanted")
    got = Callers(asked(unwanted)).within(PATIENCE)
    return Finding(
        "for 10 s it is served as it is",
        expected=("not computed", {"first": CALLERS}),
        happened=(unwanted.times, got),
        hint="keep the moment at which it gets old beside the value, by the clock `now`: now() + 10",
    )


def cold(asked: Callable[[Work], Callable[[], Any]], value: str) -> Iterator[Finding]:
    work = Work(value)
    got = Callers(asked(work)).within(PATIENCE)
    yield Finding(
        f"there is none: one of {CALLERS} computes the {value}, all get it",
        expected=("computed once", {value: CALLERS}),
        happened=(work.times, got),
        hint="let them take a lock, look again once they have it, and give it back",
    )


def stale(asked: Callable[[Work], Callable[[], Any]], before: str, value: str) -> Iterator[Finding]:
    may_end = threading.Event()
    work = Work(value, may_end)
    got = Callers(asked(work)).within(PATIENCE)
    happened = (work.times, got)
    may_end.set()
    yield Finding(
        f"the {before} is old: all {CALLERS} get it while the {value} is being computed",
        expected=("computed once", {before: CALLERS}),
        happened=happened,
        hint=OTHER_CLOCK
        if before == "first" and (work.begun, got.get(before, 0)) == (0, CALLERS)
        else HINTS.get((work.begun, got.get(before, 0)), HINTS[None]),
    )
    last, deadline = None, time.monotonic() + PATIENCE
    while last != value and time.monotonic() < deadline:
        last = attempt(asked(work))
    yield Finding(
        f"then the {value} is there",
        expected=("computed once", value),
        happened=(work.times, last),
        hint="the thread in the background has to store what it computed, with its new moment",
    )


OTHER_CLOCK = "nobody saw that it is old: keep now() + 10 with it, and ask now(), neither Redis' clock nor time()"
HINTS: dict[tuple[int, int] | None, str] = {
    (0, CALLERS): "nobody began: a claim of the last refresh is still there. Give it back, or name it after the entry",
    (1, CALLERS - 1): "the one who computes waits too: let a thread do it, `Thread(target=...).start()`, and answer",
    (1, 0): "an old answer is better than waiting: only a reader that finds none waits for the lock",
    None: "one of them claims the refresh, with `set(..., nx=True, ex=5)`; all the others answer with what is there",
}
