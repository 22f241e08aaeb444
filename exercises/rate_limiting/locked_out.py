"""locked-out: a counter whose window ends, whatever happens between two commands."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from exercises.rate_limiting.clients import CLIENTS, fresh, keys_of, raced, watched
from nexus import Lab
from nexus.exercises import Finding, exercise, unless_failed


class KilledError(Exception):
    """What a process meets that is killed between two of its commands."""


ENDS, NEVER = "the window ends", "never ends"


def end_after(lab: Lab, answer: Any, meanwhile: Callable[[str, Any], None], number: int, opened: int) -> str | None:
    """What becomes of a window if something happens before command `number` of a request; None if there is no such."""
    key, happened = fresh(), []

    def before(n: int) -> None:
        if n == number:
            happened.append(n)
            meanwhile(key, lab)

    for _ in range(opened):
        answer(lab.redis, key)
    with watched(lab, before) as client, contextlib.suppress(KilledError):
        answer(client, key)
    if not happened:
        return None
    answer(lab.redis, key)
    return NEVER if any(lab.redis.ttl(one) == -1 for one in keys_of(lab, key)) else ENDS


def ends_whatever_happens(lab: Lab, answer: Any, meanwhile: Callable[[str, Any], None], opened: int = 0) -> str:
    for number in range(2, 10):
        end = end_after(lab, answer, meanwhile, number, opened)
        if end == NEVER:
            return f"{NEVER}, if it happens between command {number - 1} and command {number}"
        if end is None:
            break
    return ENDS


def killed(key: str, lab: Lab) -> None:
    raise KilledError


def expired(key: str, lab: Lab) -> None:
    for one in keys_of(lab, key):
        if lab.redis.ttl(one) >= 0:
            lab.redis.delete(one)


@exercise("locked-out")
def locked_out(lab: Lab, answer: Any) -> Iterator[Finding]:
    key = fresh()
    in_turn = ten_pass(lab, answer, key)
    yield in_turn
    if_killed = Finding(
        "killed between two commands, and one request later",
        expected=ENDS,
        happened=ends_whatever_happens(lab, answer, killed),
        hint="what counts and what sets the end must be one step, `with client.pipeline() as pipe:`, for each request",
    )
    yield if_killed
    yield Finding(
        "the key expires between two commands, and one request later",
        expected=ENDS,
        happened=ends_whatever_happens(lab, answer, expired, opened=1),
        hint="a key can expire right after you saw or made it, and INCR makes a new one without an end: one step again",
    )
    yield from the_end_of_the_window(lab, answer, key, if_killed)
    yield many_at_once(lab, answer, in_turn)


def ten_pass(lab: Lab, answer: Any, key: str) -> Finding:
    answers = [bool(answer(lab.redis, key)) for _ in range(12)]
    return Finding(
        "of twelve requests, the first ten pass",
        expected=[True] * 10 + [False] * 2,
        happened=answers,
        hint="compare the count with ten: a pipeline returns a list, and what INCR said is at its place in it"
        if all(answers)
        else "the request itself is counted too: the tenth is the last that passes",
    )


def the_end_of_the_window(lab: Lab, answer: Any, key: str, if_killed: Finding) -> Iterator[Finding]:
    for one in keys_of(lab, key):
        lab.redis.pexpire(one, 30_000)
    answer(lab.redis, key)
    yield Finding(
        "a request half-way through the window leaves its end where it is",
        expected="in 30 seconds at most",
        happened="in 30 seconds at most" if all(lab.redis.ttl(one) <= 30 for one in keys_of(lab, key)) else "later",
        hint="only who opens the window sets its end, or a guest who keeps trying is never let in again: `nx=True`",
    )
    lab.redis.delete(key, *keys_of(lab, key))
    yield Finding(
        "when the window is over, the guest passes again",
        expected=True,
        happened=bool(answer(lab.redis, key)),
        hint="the count has to live in the key, and nowhere else",
    )
    yield lasts_for_a_minute(max((lab.redis.ttl(one) for one in keys_of(lab, key)), default=None), if_killed)


def lasts_for_a_minute(end: Any, if_killed: Finding) -> Finding:
    return Finding(
        "it lasts for sixty seconds, this time too",
        expected=60,
        happened=60 if end is not None and 50 < end <= 60 else end,
        hint=unless_failed(
            if_killed, "`expire` takes seconds: a window that anybody opens is over sixty of them later"
        ),
    )


def many_at_once(lab: Lab, answer: Any, in_turn: Finding) -> Finding:
    key = fresh()
    return Finding(
        f"of {CLIENTS} at once, ten pass",
        expected=10,
        happened=raced(lab, lambda client, _: answer(client, key))[0],
        hint=unless_failed(
            in_turn, "all looked before anybody counted: count first with INCR, and decide by what it returns"
        ),
    )
