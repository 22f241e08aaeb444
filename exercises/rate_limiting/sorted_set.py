"""sorted-set: a sliding log in a sorted set that also holds in a race."""

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

import redis

from exercises.rate_limiting.clients import CLIENTS, fresh, keys_of, raced
from exercises.rate_limiting.clock import MINUTE, NOON, SECOND
from nexus import Lab
from nexus.exercises import Finding, exercise, unless_failed


def raced_at_each_command(lab: Lab, answer: Any) -> int:
    """How many of many clients pass, wherever they are held up: ten, or the first number that is another."""
    for held in range(2, 8):

        def hit(client: "redis.Redis", number: int, key: str = fresh()) -> Any:
            return answer(client, key, NOON + number / 1000)

        passed, reached = raced(lab, hit, held)
        if passed != 10 or not reached:
            return passed
    return 10


class Guests:
    """Requests that the answer admits or refuses, on the exercise's clock."""

    def __init__(self, lab: Lab, answer: Any) -> None:
        self.lab, self.answer = lab, answer

    def admitted(self, seconds: Iterable[float]) -> list[bool]:
        """The answers to requests of a new guest, at these seconds after noon."""
        key = fresh()
        return [bool(self.answer(self.lab.redis, key, NOON + second)) for second in seconds]


TEN = [number / 100 for number in range(10)]  # seconds of ten requests at almost the same moment


@exercise("sorted-set")
def sorted_set(lab: Lab, answer: Any) -> Iterator[Finding]:
    guests = Guests(lab, answer)
    in_turn = ten_in_turn(guests)
    yield in_turn
    at_once = ten_at_once(guests, in_turn)
    yield at_once
    yield from at_the_edge(guests, in_turn)
    yield on_another_clock(guests, at_once)
    yield in_a_race(lab, answer, at_once)
    yield goes_by_itself(lab, answer)
    yield as_the_chapters_log(guests)


def ten_in_turn(guests: Guests) -> Finding:
    answers = guests.admitted(range(12))
    return Finding(
        "of twelve requests a second apart, the first ten pass",
        expected=[True] * 10 + [False] * 2,
        happened=answers,
        hint="who was admitted stays in the set, under a name of its own: take back a refused request, and nothing else"
        if sum(answers) > 10
        else "the request itself is in the count already: ten of ten may pass",
    )


def ten_at_once(guests: Guests, in_turn: Finding) -> Finding:
    passed = sum(guests.admitted([0] * CLIENTS))
    hint = (
        "a member is in the set once: what is the same moment for you is the same member for Redis. Give each "
        "request a name of its own, such as `uuid4().hex`, and let the moment be its score"
        if passed == CLIENTS
        else "members of one moment are in the order of their names: not the place decides, but how many there are"
    )
    return Finding(f"of {CLIENTS} at the very same moment, ten pass", 10, passed, unless_failed(in_turn, hint))


def at_the_edge(guests: Guests, in_turn: Finding) -> Iterator[Finding]:
    room = Finding(
        "ten from 0 s on: is there room at 59.9 s, and for another guest at 60 s?",
        expected=[False, True],
        happened=[guests.admitted([*TEN, 59.9])[-1], guests.admitted([*TEN, 60])[-1]],
        hint=unless_failed(
            in_turn, "what is sixty seconds old no longer counts: remove all scores up to now - 60, and that one too"
        ),
    )
    yield room
    yield Finding(
        "ten from 0 s on, then one each second: how many pass from 60 s to 69 s?",
        expected=10,
        happened=sum(guests.admitted([*TEN, *range(1, 70)])[-10:]),
        hint=unless_failed(
            room, "the refused requests fill the log: who finds no room takes the own member back, and no other"
        ),
    )


def on_another_clock(guests: Guests, at_once: Finding) -> Finding:
    late, after = guests.admitted([*[30] * 10, 20, 85])[-2:]
    return Finding(
        "ten at 30 s, one on a clock that says 20 s, one at 85 s: do the two pass?",
        expected=[False, False],
        happened=[late, after],
        hint=unless_failed(
            at_once,
            "count the whole set: what a clock that is ahead has written counts, too"
            if late
            else "the newest in the set need not be your own: take back the member that you added, by its name",
        ),
    )


def in_a_race(lab: Lab, answer: Any, at_once: Finding) -> Finding:
    passed = raced_at_each_command(lab, answer)
    return Finding(
        f"of {CLIENTS} in a race, ten pass",
        expected=10,
        happened=passed,
        hint=unless_failed(
            at_once,
            "all counted before anybody added: add and count in one step, and take back what was too much"
            if passed > 10
            else "all added before anybody counted, so each saw too many: add and count in one step, a pipeline",
        ),
    )


def goes_by_itself(lab: Lab, answer: Any) -> Finding:
    key = fresh()
    answer(lab.redis, key, NOON)
    for one in keys_of(lab, key):
        lab.redis.pexpire(one, 30_000)  # half a minute later
    answer(lab.redis, key, NOON + 30)
    ends = [lab.redis.ttl(one) for one in keys_of(lab, key)]
    end = "never" if -1 in ends else "in time" if max(ends, default=0) > 50 else "too early"
    return Finding(
        "the log goes by itself, a minute after the last request",
        expected="in time",
        happened=end,
        hint="let the key expire, a minute after its last request"
        if end == "never"
        else "each request puts the end off, `expire(key, 60)`: with the key go the newest as well",
    )


def as_the_chapters_log(guests: Guests) -> Finding:
    chance, script, key = Random(41), guests.lab.lua("sliding-log.lua"), fresh()  # noqa: S311 - no secret
    seconds = sorted(chance.uniform(0, 600) for _ in range(200))
    truth = [bool(script(keys=[key], args=[10, MINUTE, round((NOON + second) * SECOND)])) for second in seconds]
    return Finding(
        "of 200 at random, those answered differently from the chapter's log",
        expected=0,
        happened=sum(one != other for one, other in zip(truth, guests.admitted(seconds), strict=True)),
        hint="the set should hold each admitted request of the last sixty seconds, and nothing else",
    )
