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


@exercise("two-limits")
def two_limits(lab: Lab, answer: Any) -> Iterator[Finding]:
    own = lab.own("redis")  # a script that loops for ever stops its server, which must be nobody else's
    try:
        with redis.Redis.from_url(own.url, socket_timeout=5, retry=Retry(NoBackoff(), 0)) as client:
            yield from two_limits_on(client, answer)
    finally:
        own.remove()


def two_limits_on(client: "redis.Redis", answer: Any) -> Iterator[Finding]:
    def passes(guest: str, second: float, company: str = "acme") -> bool:
        moment = round((NOON + second) * SECOND)
        return bool(client.eval(answer, 2, f"{company}:{guest}", company, *RULES, moment))

    def rush(guest: str, second: float) -> int:
        return sum(passes(guest, second) for _ in range(CLIENTS))

    ada = Finding(
        f"of {CLIENTS} requests of Ada's, ten pass",
        expected=10,
        happened=rush("ada", 0),
        hint="her own limit has room for ten: the first key is the guest's, with the first two of ARGV, as in gcra.lua",
    )
    yield ada
    before_either = "look at both before you write either"
    yield Finding(
        "Ada's refused requests have cost her company nothing: of Bo's, ten pass",
        expected=10,
        happened=rush("bo", 0),
        hint=unless_failed(ada, f"the company was charged for requests that Ada's own limit refused: {before_either}"),
    )
    cleo = Finding(
        "now the company has had its twenty: of Cleo's, none passes",
        expected=0,
        happened=rush("cleo", 0),
        hint="the second key is the company's, with its own two of ARGV: both limits must have room",
    )
    yield cleo
    yield Finding(
        "Cleo's refused requests have cost her nothing: three seconds later, one passes",
        expected=1,
        happened=rush("cleo", 3),
        hint=unless_failed(cleo, f"Cleo was charged for requests that her company's limit refused: {before_either}"),
    )
    for guest, requests in (("dora", 9), ("eve", 10), ("finn", 1), ("dora", CLIENTS)):
        for _ in range(requests):
            passes(guest, 0, "globex")
    dora = sum(passes("dora", 9, "globex") for _ in range(CLIENTS))
    yield Finding(
        "Dora has had nine when the company is full: nine seconds later, two pass",
        expected=2,
        happened=dora,
        hint=unless_failed(
            ada,
            unless_failed(
                cleo,
                f"Dora was charged for requests that her company's limit refused: {before_either}"
                if dora < 2
                else f"a refused request leaves both keys as it found them, Dora's nine included: {before_either}",
            ),
        ),
    )
    yield Finding(
        "an hour later, Ada has ten again, and no more",
        expected=10,
        happened=attempt(rush, "ada", 3600),
        hint=unless_failed(
            ada, "a moment that has passed is lifted to now, `math.max(..., now)`, or unused hours are saved up"
        ),
    )
    yield Finding(
        "each key goes by itself",
        expected=[],
        happened=[key for key in map(bytes.decode, client.scan_iter()) if client.pttl(key) == -1],
        hint="`SET` each with `PX`: when it is due, it is worth as much as no key",
    )
    three = [(f"guest-{number % 3}", 0, "race") for number in range(60)]
    yield Finding(
        "of 60 requests of three guests in a race, twenty pass",
        expected=20,
        happened=sum(nexus.race(passes, three)),
        hint=unless_failed(ada, unless_failed(cleo, "both keys belong to one script, which nobody can interrupt")),
    )
