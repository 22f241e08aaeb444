"""The exercises of 41-rate-limiting: when to come back, a window that must end, a sorted set, two limits at once."""

import contextlib
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import ceil
from random import Random
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import nexus
from nexus import Lab
from nexus.exercises import Chapter, Finding, attempt, in_threads, unless_failed

chapter = Chapter("41-rate-limiting")
check = chapter.check

SECOND = 1_000_000  # microseconds
MINUTE = 60 * SECOND
NOON = 1_893_495_600.0  # an injected clock, as large as a real one
CROWD = 30


class KilledError(Exception):
    """What a process meets that is killed between two of its commands."""


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:
        return error


def together(calls: Sequence[Callable[[], Any]], seconds: float = 10.0) -> list[Any]:
    """What the calls return, each run in a thread of its own. Raises TimeoutError where one of them does not end."""
    still = TimeoutError(f"it was still running after {seconds:g} seconds")
    results = in_threads([partial(outcome, call) for call in calls], seconds, still)
    if failed := next((result for result in results if isinstance(result, Exception)), None):
        raise failed
    return results


def in_time(call: Callable[[], Any], seconds: float = 10.0) -> Any:
    """What the call returns: an answer that loops for ever must not hold the check."""
    return together([call], seconds)[0]


def watched(lab: Lab, before: Callable[[int], None]) -> "redis.Redis":
    """A client that calls before(n) when it is about to send for the nth time. A transaction is one sending."""
    client = redis.Redis.from_url(lab.url("redis"), decode_responses=True)
    pool, sent = client.connection_pool, [-1]  # the first is the ping that opens the connection

    class Watched(pool.connection_class):  # type: ignore[name-defined, misc]  # whichever the address asks for
        def send_packed_command(self, command: Any, check_health: bool = True) -> None:
            if sent[0] >= 0:
                sent[0] += 1
                before(sent[0])
            super().send_packed_command(command, check_health)

    pool.connection_class = Watched
    client.ping()
    sent[0] = 0
    return client


class Gate:
    """Holds each of a crowd before one of its commands until all others are there too, or have ended."""

    def __init__(self, size: int, held: int) -> None:
        self.missing, self.held, self.reached, self.changed = size, held, False, threading.Condition()

    def before(self, number: int) -> None:
        if number == self.held:
            self.reached = True
            self.pass_one(wait=True)

    def pass_one(self, wait: bool = False) -> None:
        with self.changed:
            self.missing -= 1
            self.changed.notify_all()
            if wait:
                self.changed.wait_for(lambda: self.missing <= 0, timeout=8)


def raced(lab: Lab, hit: Callable[["redis.Redis", int], Any], held: int = 2) -> tuple[int, bool]:
    """How many of a crowd are admitted where nobody sends the command of this number before all others have sent
    those in front of it; and whether anybody sends so many.
    """
    gate = Gate(CROWD, held)

    def one(number: int) -> bool:
        seen: list[int] = []

        def before(command: int) -> None:
            seen.append(command)
            gate.before(command)

        with watched(lab, before) as client:
            try:
                return bool(hit(client, number))
            finally:
                if len(seen) < held:
                    gate.pass_one()

    return sum(together([partial(one, number) for number in range(CROWD)], seconds=20)), gate.reached


def fresh() -> str:
    return f"check:{uuid.uuid4().hex}"


def keys_of(lab: Lab, key: str) -> list[str]:
    return list(lab.redis.scan_iter(match=f"{key}*", count=1000))


# --- when-again


def first_that_passes(lab: Lab, moments: Sequence[float], now: float) -> int | None:
    """Of the whole seconds after now, the first in which the chapter's own log admits."""
    script, key = lab.lua("sliding-log.lua"), fresh()

    def admits(moment: float) -> bool:
        return bool(script(keys=[key], args=[10, MINUTE, round(moment * SECOND)]))

    for moment in moments:
        admits(moment)
    return next((wait for wait in range(100) if admits(now + wait)), None)


@chapter.exercise("when-again")
def when_again(lab: Lab, answer: Any) -> Iterator[Finding]:
    oldest = "room comes when the oldest of the ten leaves: its moment, and sixty seconds, less what time it is now"
    cases = [
        (
            "ten requests, three seconds apart, the newest just now",
            [NOON + 3 * n for n in range(10)],
            NOON + 27,
            oldest,
        ),
        ("the oldest leaves in 12.4 seconds", [NOON + 0.6 + n for n in range(10)], NOON + 48.2, oldest),
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
    for what, moments, now, hint in cases:
        expected = first_that_passes(lab, moments, now)
        happened = in_time(lambda moments=moments, now=now: answer(list(moments), now))  # type: ignore[misc]
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
            return "round up: whoever comes back too early, by however little, is refused again"
    return hint


@when_again.right
def by_the_window(moments: list[float], now: float) -> int:
    inside = sorted(moment for moment in moments if now - moment < 60)
    return ceil(inside[0] + 60 - now) if len(inside) == 10 else 0


@when_again.right
def tries_each_second(moments: list[float], now: float) -> int:
    return next(wait for wait in range(100) if sum(now + wait - moment < 60 for moment in moments) < 10)


@when_again.wrong("oldest of the ten")
def waits_for_the_newest(moments: list[float], now: float) -> int:
    return ceil(moments[-1] + 60 - now)


@when_again.wrong("oldest of the ten")
def always_a_minute(moments: list[float], now: float) -> int:
    return 60


@when_again.wrong("round up")
def rounds_down(moments: list[float], now: float) -> int:
    return int(moments[0] + 60 - now)


@when_again.wrong("round up")
def rounds_to_the_nearest(moments: list[float], now: float) -> int:
    return max(0, round(moments[0] + 60 - now)) if len(moments) == 10 else 0


@when_again.wrong("not one more")
def one_more_to_be_safe(moments: list[float], now: float) -> int:
    return int(moments[0] + 60 - now) + 1


@when_again.wrong("fewer than ten")
def takes_any_log_for_a_full_one(moments: list[float], now: float) -> int:
    return max(0, ceil(moments[0] + 60 - now))


@when_again.wrong("less than 0 seconds")
def sends_back_in_time(moments: list[float], now: float) -> int:
    return ceil(moments[0] + 60 - now) if len(moments) == 10 else 0


@when_again.wrong("has no room left")
def takes_ten_for_room(moments: list[float], now: float) -> int:
    return 0 if len(moments) <= 10 else max(0, ceil(moments[0] + 60 - now))


@when_again.wrong("as a number")
def writes_it_down(moments: list[float], now: float) -> str:
    return str(max(0, ceil(moments[0] + 60 - now)) if len(moments) == 10 else 0)


@when_again.wrong("oldest of the ten")
def waits_for_a_token(moments: list[float], now: float) -> int:
    return max(1, ceil(moments[-1] + 6 - now)) if len(moments) == 10 else 0


# --- locked-out

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
        end = in_time(lambda number=number: end_after(lab, answer, meanwhile, number, opened))  # type: ignore[misc]
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


@chapter.exercise("locked-out")
def locked_out(lab: Lab, answer: Any) -> Iterator[Finding]:
    key = fresh()
    answers = in_time(lambda: [bool(answer(lab.redis, key)) for _ in range(12)])
    in_turn = Finding(
        "of twelve requests, the first ten pass",
        expected=[True] * 10 + [False] * 2,
        happened=answers,
        hint="compare the count with ten: a pipeline returns a list, and what INCR said is at its place in it"
        if all(answers)
        else "the request itself is counted too: the tenth is the last that passes",
    )
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
    for one in keys_of(lab, key):
        lab.redis.pexpire(one, 30_000)
    in_time(lambda: answer(lab.redis, key))
    yield Finding(
        "a request half-way through the window leaves its end where it is",
        expected="in 30 seconds at most",
        happened="in 30 seconds at most" if all(lab.redis.ttl(one) <= 30 for one in keys_of(lab, key)) else "later",
        hint="only who opens the window sets its end, or whoever keeps trying is never let in again: `nx=True`",
    )
    lab.redis.delete(key, *keys_of(lab, key))
    yield Finding(
        "when the window is over, the guest passes again",
        expected=True,
        happened=in_time(lambda: bool(answer(lab.redis, key))),
        hint="the count has to live in the key, and nowhere else",
    )
    end = max((lab.redis.ttl(one) for one in keys_of(lab, key)), default=None)
    yield Finding(
        "it lasts for sixty seconds, this time too",
        expected=60,
        happened=60 if end is not None and 50 < end <= 60 else end,
        hint=unless_failed(
            if_killed, "`expire` takes seconds: a window that anybody opens is over sixty of them later"
        ),
    )
    key = fresh()
    yield Finding(
        f"of {CROWD} at once, ten pass",
        expected=10,
        happened=raced(lab, lambda client, _: answer(client, key))[0],
        hint=unless_failed(
            in_turn, "all looked before anybody counted: count first with INCR, and decide by what it returns"
        ),
    )


@locked_out.right
def sets_then_counts_in_one_step(client: Any, key: str) -> bool:
    with client.pipeline() as pipe:
        return bool(pipe.set(key, 0, ex=60, nx=True).incr(key).execute()[1] <= 10)


@locked_out.right
def a_script(client: Any, key: str) -> bool:
    script = "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('EXPIRE', KEYS[1], 60) end return n <= 10"
    return bool(client.eval(script, 1, key))


@locked_out.right
def heals_what_it_finds(client: Any, key: str) -> bool:
    count = client.incr(key)
    if client.ttl(key) == -1:
        client.expire(key, 60)
    return bool(count <= 10)


@locked_out.right
def each_request_sees_to_it(client: Any, key: str) -> bool:
    count = client.incr(key)
    client.expire(key, 60, nx=True)
    return bool(count <= 10)


@locked_out.wrong("tenth is the last")
def nine_pass(client: Any, key: str) -> bool:
    with client.pipeline() as pipe:
        return bool(pipe.incr(key).expire(key, 60, nx=True).execute()[0] < 10)


@locked_out.wrong("a list, and what INCR said")
def takes_the_wrong_place(client: Any, key: str) -> bool:
    with client.pipeline() as pipe:
        return bool(pipe.incr(key).expire(key, 60, nx=True).execute()[1] <= 10)


@locked_out.wrong("takes seconds")
def ten_minutes(client: Any, key: str) -> bool:
    with client.pipeline() as pipe:
        return bool(pipe.incr(key).expire(key, 600, nx=True).execute()[0] <= 10)


@locked_out.wrong("takes seconds")
def no_time_at_all(client: Any, key: str) -> bool:
    with client.pipeline() as pipe:
        return bool(pipe.incr(key).expire(key, 6, nx=True).execute()[0] <= 10)


@locked_out.wrong("must be one step")
def keeps_to_itself(client: Any, key: str) -> bool:
    try:
        count = client.incr(key)
        return bool(count <= 10)
    finally:
        if count == 1:
            client.expire(key, 60)


@locked_out.wrong("must be one step")
def two_lines(client: Any, key: str) -> bool:
    count = client.incr(key)
    if count == 1:
        client.expire(key, 60)
    return bool(count <= 10)


@locked_out.wrong("must be one step")
def the_end_first(client: Any, key: str) -> bool:
    client.expire(key, 60, nx=True)
    return bool(client.incr(key) <= 10)


@locked_out.wrong("a key can expire")
def sets_then_counts(client: Any, key: str) -> bool:
    client.set(key, 0, ex=60, nx=True)
    return bool(client.incr(key) <= 10)


@locked_out.wrong("never let in again")
def always_a_new_end(client: Any, key: str) -> bool:
    with client.pipeline() as pipe:
        return bool(pipe.incr(key).expire(key, 60).execute()[0] <= 10)


@locked_out.wrong("all looked before")
def looks_first(client: Any, key: str) -> bool:
    if int(client.get(key) or 0) >= 10:
        return False
    with client.pipeline() as pipe:
        pipe.incr(key).expire(key, 60, nx=True).execute()
    return True


# --- sorted-set


def raced_at_each_command(lab: Lab, answer: Any) -> int:
    """How many of a crowd pass, wherever they are held up: ten, or the first number that is another."""
    for held in range(2, 8):

        def hit(client: "redis.Redis", number: int, key: str = fresh()) -> Any:
            return answer(client, key, NOON + number / 1000)

        passed, reached = raced(lab, hit, held)
        if passed != 10 or not reached:
            return passed
    return 10


@chapter.exercise("sorted-set")
def sorted_set(lab: Lab, answer: Any) -> Iterator[Finding]:
    def admitted(seconds: Sequence[float]) -> list[bool]:
        """The answers to requests of a new guest, at these seconds after noon."""
        key = fresh()
        return list(in_time(lambda: [bool(answer(lab.redis, key, NOON + second)) for second in seconds]))

    ten = [number / 100 for number in range(10)]
    answers = admitted(range(12))
    in_turn = Finding(
        "of twelve requests a second apart, the first ten pass",
        expected=[True] * 10 + [False] * 2,
        happened=answers,
        hint="who was admitted stays in the set, under a name of its own: take back a refused request, and nothing else"
        if sum(answers) > 10
        else "the request itself is in the count already: ten of ten may pass",
    )
    yield in_turn
    passed = sum(admitted([0] * CROWD))
    at_once = Finding(
        f"of {CROWD} at the very same moment, ten pass",
        expected=10,
        happened=passed,
        hint="a member is in the set once: what is the same moment for you is the same member for Redis. Give each "
        "request a name of its own, such as `uuid4().hex`, and let the moment be its score"
        if passed == CROWD
        else "members of one moment stand in the order of their names: not the place decides, but how many there are",
    )
    at_once = replace(at_once, hint=unless_failed(in_turn, at_once.hint))
    yield at_once
    at_the_edge = Finding(
        "ten from 0 s on: is there room at 59.9 s, and for another guest at 60 s?",
        expected=[False, True],
        happened=[admitted([*ten, 59.9])[-1], admitted([*ten, 60])[-1]],
        hint=unless_failed(
            in_turn, "what is sixty seconds old no longer counts: remove all scores up to now - 60, and that one too"
        ),
    )
    yield at_the_edge
    yield Finding(
        "ten from 0 s on, then one each second: how many pass from 60 s to 69 s?",
        expected=10,
        happened=sum(admitted([*ten, *range(1, 70)])[-10:]),
        hint=unless_failed(
            at_the_edge, "the refused requests fill the log: who finds no room takes the own member back, and no other"
        ),
    )
    late, after = admitted([*[30] * 10, 20, 85])[-2:]
    yield Finding(
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
    passed = raced_at_each_command(lab, answer)
    yield Finding(
        f"of {CROWD} in a race, ten pass",
        expected=10,
        happened=passed,
        hint=unless_failed(
            at_once,
            "all counted before anybody added: add and count in one step, and take back what was too much"
            if passed > 10
            else "all added before anybody counted, so each saw too many: add and count in one step, a pipeline",
        ),
    )
    key = fresh()
    in_time(lambda: answer(lab.redis, key, NOON))
    for one in keys_of(lab, key):
        lab.redis.pexpire(one, 30_000)  # half a minute later
    in_time(lambda: answer(lab.redis, key, NOON + 30))
    ends = [lab.redis.ttl(one) for one in keys_of(lab, key)]
    end = "never" if -1 in ends else "in time" if max(ends, default=0) > 50 else "too early"
    yield Finding(
        "the log goes by itself, a minute after the last request",
        expected="in time",
        happened=end,
        hint="let the key expire, a minute after its last request"
        if end == "never"
        else "each request puts the end off, `expire(key, 60)`: with the key go the newest as well",
    )
    chance, script, key = Random(41), lab.lua("sliding-log.lua"), fresh()  # noqa: S311 - no secret
    seconds = sorted(chance.uniform(0, 600) for _ in range(200))
    truth = [bool(script(keys=[key], args=[10, MINUTE, round((NOON + second) * SECOND)])) for second in seconds]
    different = sum(one != other for one, other in zip(truth, admitted(seconds), strict=True))
    yield Finding(
        "of 200 at random, those answered differently from the chapter's log",
        expected=0,
        happened=different,
        hint="the set should hold each admitted request of the last sixty seconds, and nothing else",
    )


def by_set(client: Any, key: str, now: float, member: str, past: float | str = "") -> bool:
    with client.pipeline() as pipe:
        pipe.zremrangebyscore(key, 0, past or now - 60).zadd(key, {member: now}).zcard(key).expire(key, 60)
        return bool(pipe.execute()[2] <= 10)


@sorted_set.right
def in_a_script(client: Any, key: str, now: float) -> bool:
    script = """
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', tonumber(ARGV[1]) - 60)
        if redis.call('ZCARD', KEYS[1]) >= 10 then return 0 end
        redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
        redis.call('EXPIRE', KEYS[1], 60)
        return 1
    """
    return bool(client.eval(script, 1, key, now, uuid.uuid4().hex))


@sorted_set.wrong("ten of ten")
def one_too_few(client: Any, key: str, now: float) -> bool:
    member = uuid.uuid4().hex
    with client.pipeline() as pipe:
        pipe.zremrangebyscore(key, 0, now - 60).zadd(key, {member: now}).zcard(key).expire(key, 60)
        passes = pipe.execute()[2] < 10
    if not passes:
        client.zrem(key, member)
    return bool(passes)


@sorted_set.wrong("in the set once")
def as_in_the_blogs(client: Any, key: str, now: float) -> bool:
    return by_set(client, key, now, str(now))


@sorted_set.wrong("in the set once")
def takes_back_the_moment(client: Any, key: str, now: float) -> bool:
    passes = by_set(client, key, now, str(now))
    if not passes:
        client.zrem(key, str(now))
    return passes


@sorted_set.wrong("that one too")
def keeps_the_sixtieth_second(client: Any, key: str, now: float) -> bool:
    member = uuid.uuid4().hex
    passes = by_set(client, key, now, member, past=f"({now - 60}")
    if not passes:
        client.zrem(key, member)
    return passes


@sorted_set.wrong("takes the own member back")
def keeps_the_refused(client: Any, key: str, now: float) -> bool:
    return by_set(client, key, now, uuid.uuid4().hex)


@sorted_set.wrong("all counted before")
def counts_then_adds(client: Any, key: str, now: float) -> bool:
    client.zremrangebyscore(key, 0, now - 60)
    if client.zcard(key) >= 10:
        return False
    client.zadd(key, {uuid.uuid4().hex: now})
    client.expire(key, 60)
    return True


def by_name(client: Any, key: str, now: float, end: Callable[[Any], Any]) -> bool:
    """Right, apart from the end that it gives the key."""
    member = uuid.uuid4().hex
    with client.pipeline() as pipe:
        pipe.zremrangebyscore(key, 0, now - 60).zadd(key, {member: now}).zcard(key)
        end(pipe)
        passes = pipe.execute()[2] <= 10
    if not passes:
        client.zrem(key, member)
    return bool(passes)


@sorted_set.wrong("let the key expire")
def stays_for_ever(client: Any, key: str, now: float) -> bool:
    return by_name(client, key, now, lambda pipe: pipe.persist(key))


@sorted_set.wrong("puts the end off")
def ends_with_its_first(client: Any, key: str, now: float) -> bool:
    return by_name(client, key, now, lambda pipe: pipe.expire(key, 60, nx=True))


@sorted_set.wrong("puts the end off")
def ends_too_early(client: Any, key: str, now: float) -> bool:
    return by_name(client, key, now, lambda pipe: pipe.expire(key, 6))


@sorted_set.right
def tries_until_nobody_interferes(client: Any, key: str, now: float) -> bool:
    def decide(pipe: Any) -> None:
        room.append(pipe.zcount(key, f"({now - 60}", "+inf") < 10)
        pipe.multi()
        if room[-1]:
            pipe.zremrangebyscore(key, 0, now - 60).zadd(key, {uuid.uuid4().hex: now}).expire(key, 60)

    room: list[bool] = []
    client.transaction(decide, key)
    return room[-1]


@sorted_set.right
def counts_without_removing_first(client: Any, key: str, now: float) -> bool:
    member = uuid.uuid4().hex
    with client.pipeline() as pipe:
        pipe.zadd(key, {member: now}).zcount(key, f"({now - 60}", "+inf")
        passes = pipe.zremrangebyscore(key, 0, now - 60).expire(key, 60).execute()[1] <= 10
    if not passes:
        client.zrem(key, member)
    return bool(passes)


@sorted_set.wrong("so each saw too many")
def in_four_steps(client: Any, key: str, now: float) -> bool:
    member = uuid.uuid4().hex
    client.zremrangebyscore(key, 0, now - 60)
    client.zadd(key, {member: now})
    passes = client.zcard(key) <= 10
    client.expire(key, 60)
    if not passes:
        client.zrem(key, member)
    return bool(passes)


@sorted_set.wrong("need not be your own")
def takes_the_newest_back(client: Any, key: str, now: float) -> bool:
    passes = by_set(client, key, now, uuid.uuid4().hex)
    if not passes:
        client.zpopmax(key)
    return passes


@sorted_set.wrong("need not be your own")
def cuts_the_set_to_ten(client: Any, key: str, now: float) -> bool:
    passes = by_set(client, key, now, uuid.uuid4().hex)
    client.zremrangebyrank(key, 10, -1)
    return passes


@sorted_set.wrong("count the whole set")
def counts_up_to_now(client: Any, key: str, now: float) -> bool:
    member = uuid.uuid4().hex
    with client.pipeline() as pipe:
        pipe.zremrangebyscore(key, 0, now - 60).zadd(key, {member: now}).expire(key, 60)
        passes = pipe.zcount(key, now - 60, now).execute()[3] <= 10
    if not passes:
        client.zrem(key, member)
    return bool(passes)


@sorted_set.wrong("not the place decides")
def asks_for_its_place(client: Any, key: str, now: float) -> bool:
    member = uuid.uuid4().hex
    with client.pipeline() as pipe:
        pipe.zremrangebyscore(key, 0, now - 60).zadd(key, {member: now}).expire(key, 60)
        passes = pipe.zrank(key, member).execute()[3] < 10
    if not passes:
        client.zrem(key, member)
    return bool(passes)


@sorted_set.wrong("who was admitted stays")
def takes_the_tenth_back(client: Any, key: str, now: float) -> bool:
    member = uuid.uuid4().hex
    with client.pipeline() as pipe:
        pipe.zremrangebyscore(key, 0, now - 60).zadd(key, {member: now}).zcard(key).expire(key, 60)
        count = pipe.execute()[2]
    if count >= 10:
        client.zrem(key, member)
    return bool(count <= 10)


@sorted_set.wrong("takes the own member back")
def takes_back_what_is_not_there(client: Any, key: str, now: float) -> bool:
    passes = by_set(client, key, now, uuid.uuid4().hex)
    if not passes:
        client.zrem(key, now)
    return passes


# --- two-limits

RULES = (6 * SECOND, MINUTE, 3 * SECOND, MINUTE)  # ten a minute for the guest, twenty for the company


@chapter.exercise("two-limits")
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
        return sum(passes(guest, second) for _ in range(CROWD))

    ada = Finding(
        f"of {CROWD} requests of Ada's, ten pass",
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
    for guest, requests in (("dora", 9), ("eve", 10), ("finn", 1), ("dora", CROWD)):
        for _ in range(requests):
            passes(guest, 0, "globex")
    dora = sum(passes("dora", 9, "globex") for _ in range(CROWD))
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


def two_keys(body: str) -> str:
    """A script with the first lines that all have in common."""
    return (
        """
        local now, due = tonumber(ARGV[5]), {}
        local function look(n)
          due[n] = math.max(tonumber(redis.call('GET', KEYS[n])) or now, now) + tonumber(ARGV[2 * n - 1])
          return due[n] - tonumber(ARGV[2 * n]) <= now
        end
        local function write(n)
          redis.call('SET', KEYS[n], string.format('%.0f', due[n]), 'PX', math.ceil((due[n] - now) / 1000))
        end
        """
        + body
    )


BOTH = "if look(1) and look(2) then write(1) write(2) return 1 end return 0"
two_limits.right(two_keys(BOTH))
two_limits.wrong("the first key is the guest's")(
    two_keys("if look(2) then write(2) return 1 end return 0")  # asks the company alone
)
two_limits.wrong("that Ada's own limit refused")(
    two_keys("for n = 2, 1, -1 do if not look(n) then return 0 end write(n) end return 1")
)
two_limits.wrong("both limits must have room")(two_keys("if look(1) then write(1) return 1 end return 0"))
two_limits.wrong("that her company's limit refused")(
    two_keys("for n = 1, 2 do if not look(n) then return 0 end write(n) end return 1")
)
two_limits.wrong("unused hours are saved up")(
    two_keys(BOTH).replace(
        "math.max(tonumber(redis.call('GET', KEYS[n])) or now, now)", "(tonumber(redis.call('GET', KEYS[n])) or now)"
    )
)
two_limits.wrong("`SET` each with `PX`")(two_keys(BOTH).replace(", 'PX', math.ceil((due[n] - now) / 1000)", ""))
two_limits.right(  # takes back what it has charged
    two_keys(
        """
        if not look(1) then return 0 end
        write(1)
        if not look(2) then redis.call('DECRBY', KEYS[1], ARGV[1]) return 0 end
        write(2)
        return 1
        """
    )
)
two_limits.wrong("as it found them")(
    two_keys(
        "if not look(1) then return 0 end write(1) if look(2) then write(2) return 1 end redis.call('DEL', KEYS[1])"
    )
)
two_limits.wrong("her own limit has room for ten")(
    two_keys("local one, two = look(1), look(2) if one or two then write(1) write(2) return 1 end return 0")
)
two_limits.wrong("that Ada's own limit refused")(
    two_keys("local yes = 1 for n = 1, 2 do if not look(n) then yes = 0 end write(n) end return yes")
)
