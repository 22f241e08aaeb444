"""spread-lives: times to live with jitter, which are never longer than promised."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import redis

from nexus import Lab
from nexus.exercises import Finding, exercise


def stored(client: "redis.Redis", lives: list[Any]) -> tuple[list[str], list[int], list[int]]:
    """Keep a key for each of these milliseconds: Redis' refusals, what is left of each, and when each expires."""
    pipe = client.pipeline()
    for number, life in enumerate(lives):
        key = f"spread-lives:{number}"
        pipe.delete(key)
        pipe.execute_command("SET", key, "kept", "PX", str(life))  # type: ignore[no-untyped-call]
        pipe.pttl(key)
        pipe.pexpiretime(key)
    answers = pipe.execute(raise_on_error=False)
    refusals = [str(answer) for answer in answers[1::4] if isinstance(answer, Exception)]
    return refusals, answers[2::4], answers[3::4]


@exercise("spread-lives")
def spread_lives(lab: Lab, answer: Any) -> Iterator[Finding]:
    for promise in (300, 1):
        rng = random.Random(7)  # noqa: S311 - no secret
        lives = [answer(promise, rng) for _ in range(1000)]
        refusals, left, moments = stored(lab.redis, lives)
        yield Finding(
            f"promise {promise} s: Redis accepts a thousand of them",
            expected="no refusal",
            happened=refusals[0] if refusals else "no refusal",
            hint="PX takes a whole number of milliseconds above zero: turn into milliseconds first, and round last",
        )
        if refusals:
            return
        yield from within_the_promise(promise, left)
        yield apart(moments) if promise == 300 else not_in_heaps(lives)
    same = [[answer(300, random.Random(seed)) for seed in range(20)] for _ in range(2)]  # noqa: S311
    yield Finding(
        "the same seed gives the same lives",
        expected=True,
        happened=same[0] == same[1],
        hint="draw from the `rng` that you are given, so that a test can repeat it",
    )


def within_the_promise(promise: int, left: list[int]) -> Iterator[Finding]:
    yield Finding(
        "none is kept for longer than promised",
        expected="at most the promise",
        happened="at most the promise" if max(left) <= 1000 * promise else "longer",
        hint="a time to live is a promise of how old an answer can be: jitter may only shorten it",
    )
    enough = min(left) >= 750 * promise - 200  # what Redis says is left has been running for a moment
    yield Finding(
        "none is kept for less than three quarters of it",
        expected="three quarters at least",
        happened="three quarters at least" if enough else "less",
        hint="take away a random share of the last quarter, in milliseconds, and not of the whole",
    )


def apart(moments: list[int]) -> Finding:
    worst = max(Counter((moment - min(moments)) // 1000 for moment in moments).values())
    return Finding(
        "of a thousand, at most 60 expire in any one second",
        expected="at most 60",
        happened="at most 60" if worst <= 60 else "more",
        hint="a quarter of 300 s has room for all of them: spread them over many seconds, by chance",
    )


def not_in_heaps(lives: list[Any]) -> Finding:
    return Finding(
        "a second is long enough to spread them in, too",
        expected="spread",
        happened="spread" if len(set(lives)) >= 50 else "heaped",
        hint="lives in whole seconds come in heaps: a quarter of 1 s has room for 250 moments, so round last",
    )
