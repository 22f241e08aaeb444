"""two-limits: a script that admits where both a guest and a company have room."""

from collections.abc import Iterator
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import nexus
from exercises.rate_limiting.clients import CLIENTS
from exercises.rate_limiting.clock import MINUTE, NOON, SECOND
from nexus import Lab
from nexus.exercises import Finding, attempt, exercise, unless_failed

RULES = (6 * SECOND, MINUTE, 3 * SECOND, MINUTE)  # ten a minute for the guest, twenty for the company


class Limits:
    """The answer as a script, for guests of companies, on the exercise's clock."""

    def __init__(self, client: "redis.Redis", script: Any) -> None:
        self.client, self.script = client, script

    def passes(self, guest: str, second: float, company: str = "acme") -> bool:
        moment = round((NOON + second) * SECOND)
        return bool(self.client.eval(self.script, 2, f"{company}:{guest}", company, *RULES, moment))

    def rush(self, guest: str, second: float, company: str = "acme") -> int:
        """How many of many requests pass."""
        return sum(self.passes(guest, second, company) for _ in range(CLIENTS))


@exercise("two-limits")
def two_limits(lab: Lab, answer: Any) -> Iterator[Finding]:
    own = lab.own("redis")  # a script that loops forever stops its server, which must be nobody else's
    try:
        with redis.Redis.from_url(own.url, socket_timeout=5, retry=Retry(NoBackoff(), 0)) as client:
            yield from both_limits(Limits(client, answer))
    finally:
        own.remove()


BEFORE_EITHER = "look at both before you write either"


def both_limits(limits: Limits) -> Iterator[Finding]:
    ada = Finding(
        f"of {CLIENTS} requests of Ada's, ten pass",
        expected=10,
        happened=limits.rush("ada", 0),
        hint="her own limit has room for ten: the first key is the guest's, with the first two of ARGV, as in gcra.lua",
    )
    yield ada
    yield Finding(
        "Ada's refused requests have cost her company nothing: of Bo's, ten pass",
        expected=10,
        happened=limits.rush("bo", 0),
        hint=unless_failed(ada, f"the company was charged for requests that Ada's own limit refused: {BEFORE_EITHER}"),
    )
    cleo = full_for_cleo(limits)
    yield cleo
    yield Finding(
        "Cleo's refused requests have cost her nothing: three seconds later, one passes",
        expected=1,
        happened=limits.rush("cleo", 3),
        hint=unless_failed(cleo, f"Cleo was charged for requests that her company's limit refused: {BEFORE_EITHER}"),
    )
    yield costs_dora_nothing(limits, ada, cleo)
    yield from afterwards(limits, ada, cleo)


def full_for_cleo(limits: Limits) -> Finding:
    return Finding(
        "now the company has had its twenty: of Cleo's, none passes",
        expected=0,
        happened=limits.rush("cleo", 0),
        hint="the second key is the company's, with its own two of ARGV: both limits must have room",
    )


def costs_dora_nothing(limits: Limits, ada: Finding, cleo: Finding) -> Finding:
    for guest, requests in (("dora", 9), ("eve", 10), ("finn", 1), ("dora", CLIENTS)):
        for _ in range(requests):
            limits.passes(guest, 0, "globex")
    dora = limits.rush("dora", 9, "globex")
    hint = (
        f"Dora was charged for requests that her company's limit refused: {BEFORE_EITHER}"
        if dora < 2
        else f"a refused request leaves both keys as it found them, Dora's nine included: {BEFORE_EITHER}"
    )
    return Finding(
        "Dora has had nine when the company is full: nine seconds later, two pass",
        expected=2,
        happened=dora,
        hint=unless_failed(ada, unless_failed(cleo, hint)),
    )


def afterwards(limits: Limits, ada: Finding, cleo: Finding) -> Iterator[Finding]:
    yield Finding(
        "an hour later, Ada has ten again, and no more",
        expected=10,
        happened=attempt(limits.rush, "ada", 3600),
        hint=unless_failed(
            ada, "a moment that has passed is lifted to now, `math.max(..., now)`, or unused hours are saved up"
        ),
    )
    yield Finding(
        "each key goes by itself",
        expected=[],
        happened=[key for key in map(bytes.decode, limits.client.scan_iter()) if limits.client.pttl(key) == -1],
        hint="`SET` each with `PX`: when it is due, it is worth as much as no key",
    )
    three = [(f"guest-{number % 3}", 0, "race") for number in range(60)]
    yield Finding(
        "of 60 requests of three guests in a race, twenty pass",
        expected=20,
        happened=sum(nexus.race(limits.passes, three)),
        hint=unless_failed(ada, unless_failed(cleo, "both keys belong to one script, which nobody can interrupt")),
    )
