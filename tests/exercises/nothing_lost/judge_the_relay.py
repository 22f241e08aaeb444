"""Right and wrong answers to judge-the-relay of 42b-nothing-lost."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from exercises.nothing_lost.judge_the_relay import judge_the_relay
from tests.exercises.answers import Answers

answers = Answers(judge_the_relay)
Relay = Callable[[Callable[[list[Any]], object]], object]
Add = Callable[[Any], None]


def raises(events: list[Any]) -> None:
    raise ConnectionError


@answers.right
def one_day_after_the_other(relay: Relay, add: Add) -> bool:
    got: list[Any] = []
    add(1)
    with suppress(ConnectionError):
        relay(raises)
    relay(got.extend)
    if got.count(1) == 0:
        return False

    def adds_one(events: list[Any]) -> None:
        if 2 in events:
            add(3)
        got.extend(events)

    add(2)
    relay(adds_one)
    relay(got.extend)
    return 3 in got


@answers.right
def with_a_broker_that_recovers(relay: Relay, add: Add) -> bool:
    calls: list[list[Any]] = []

    def publish(events: list[Any]) -> None:
        calls.append(events)
        if len(calls) == 1:
            raise ConnectionError("gone")
        if len(calls) == 2:
            add({"name": "late"})

    add({"name": "first"})
    for _ in range(3):
        with suppress(ConnectionError):
            relay(publish)
    arrived = [event["name"] for events in calls[1:] for event in events]
    return {*arrived} == {"first", "late"}


@answers.wrong("not how often")
def wants_each_once(relay: Relay, add: Add) -> bool:
    got: list[Any] = []

    def adds_one(events: list[Any]) -> None:
        if not got:
            add(2)
        got.extend(events)

    add(1)
    with suppress(ConnectionError):
        relay(raises)
    relay(adds_one)
    relay(got.extend)
    return got == [1, 2]


@answers.wrong("with the next run")
def of_a_good_day(relay: Relay, add: Add) -> bool:
    got: list[Any] = []
    for number in range(7):
        add(number)
    relay(got.extend)
    return got == [*range(7)]


@answers.wrong("while the relay publishes")
def of_a_broker_that_is_gone(relay: Relay, add: Add) -> bool:
    got: list[Any] = []
    add("one")
    with suppress(ConnectionError):
        relay(raises)
    relay(got.extend)
    return got == ["one"]


@answers.wrong("need not raise an error")
def wants_an_error(relay: Relay, add: Add) -> bool:
    got: list[Any] = []
    add("one")
    try:
        relay(raises)
    except ConnectionError:
        relay(got.extend)
    return got == ["one"]


@answers.wrong("refuses a relay that is right")
def wants_all_at_the_first_try(relay: Relay, add: Add) -> bool:
    got: list[Any] = []
    add("one")
    with suppress(ConnectionError):
        relay(raises)
        return False
    relay(got.extend)
    return not got


@answers.wrong("refuses a relay that is right")
def returns_nothing(relay: Relay, add: Add) -> None:
    relay(raises)


@answers.wrong("refuses a relay that is right")
def always_false(relay: Relay, add: Add) -> bool:
    return False


@answers.wrong("with the next run")
def always_true(relay: Relay, add: Add) -> bool:
    return True
