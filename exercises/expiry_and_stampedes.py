"""The exercises of 40b-expiry-and-stampedes: lives with jitter, a lock that is kept, an answer nobody waits for."""

import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import redis

from nexus import Lab
from nexus.exercises import Chapter, Finding, attempt

chapter = Chapter("40b-expiry-and-stampedes")
check = chapter.check


# --- spread-lives


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


@chapter.exercise("spread-lives")
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
        longest, shortest = max(left), min(left)
        yield Finding(
            "none is kept for longer than promised",
            expected="at most the promise",
            happened="at most the promise" if longest <= 1000 * promise else "longer",
            hint="a time to live is a promise of how old an answer can be: jitter may only shorten it",
        )
        enough = shortest >= 750 * promise - 200  # what Redis says is left has been running for a moment
        yield Finding(
            "none is kept for less than three quarters of it",
            expected="three quarters at least",
            happened="three quarters at least" if enough else "less",
            hint="take away a random share of the last quarter, in milliseconds, and not of the whole",
        )
        if promise == 300:
            worst = max(Counter((moment - min(moments)) // 1000 for moment in moments).values())
            yield Finding(
                "of a thousand, at most 60 expire in any one second",
                expected="at most 60",
                happened="at most 60" if worst <= 60 else "more",
                hint="a quarter of 300 s has room for all of them: spread them over many seconds, by chance",
            )
        else:
            yield Finding(
                "a second is long enough to spread them in, too",
                expected="spread",
                happened="spread" if len(set(lives)) >= 50 else "heaped",
                hint="lives in whole seconds lie in heaps: a quarter of 1 s has room for 250 moments, so round last",
            )
    same = [[answer(300, random.Random(seed)) for seed in range(20)] for _ in range(2)]  # noqa: S311
    yield Finding(
        "the same seed gives the same lives",
        expected=True,
        happened=same[0] == same[1],
        hint="draw from the `rng` that you are given, so that a test can repeat it",
    )


spread_lives.right(lambda seconds, rng: rng.randint(750 * seconds, 1000 * seconds))
spread_lives.right(lambda seconds, rng: int(seconds * 1000 * rng.uniform(0.8, 1)))
spread_lives.wrong("spread them over many seconds")(lambda seconds, rng: round(1000 * seconds))
spread_lives.wrong("spread them over many seconds")(lambda seconds, rng: 1000 * seconds - rng.randrange(1, 200))
spread_lives.wrong("may only shorten")(lambda seconds, rng: round(1000 * seconds * rng.uniform(0.9, 1.1)))
spread_lives.wrong("round last")(lambda seconds, rng: int(seconds * rng.uniform(0.8, 1)) * 1000)
spread_lives.wrong("round last")(lambda seconds, rng: 1000 * seconds * rng.uniform(0.8, 1))
spread_lives.wrong("lie in heaps")(lambda seconds, rng: max(1, round(seconds * rng.uniform(0.8, 1))) * 1000)
spread_lives.wrong("and not of the whole")(lambda seconds, rng: 1 + round(999 * seconds * rng.random()))
spread_lives.wrong("and not of the whole")(lambda seconds, rng: round(seconds * rng.uniform(0.8, 1)) or 1)
spread_lives.wrong("draw from the `rng`")(lambda seconds, rng: round(1000 * seconds * random.uniform(0.8, 1)))  # noqa: S311


# --- keep-the-lock


@chapter.exercise("keep-the-lock")
def keep_the_lock(lab: Lab, answer: Any) -> Iterator[Finding]:
    own = lab.own("redis")  # a script without an end would stop a shared server for everybody
    client = redis.Redis.from_url(own.url, decode_responses=True, socket_timeout=3)

    def renewed(holder: str | None, seconds: int = 20, before: int = 1) -> tuple[Any, Any, str]:
        """What Ada's attempt returned, who holds the lock after it, and for how much longer."""
        client.delete("lock")
        if holder:
            client.set("lock", holder, ex=before)
        returned = attempt(client.eval, answer, 1, "lock", "token of Ada", 1000 * seconds)
        if "Timeout" in str(returned):
            return "it did not end", None, ""
        left = client.pttl("lock")
        return (
            returned,
            client.get("lock"),
            f"{seconds} s" if 750 * seconds < left <= 1000 * seconds else f"not {seconds} s",
        )

    try:
        returned, holder, left = renewed("token of Ada")
        if "ResponseError" in str(returned):
            yield Finding(
                "the script runs",
                expected="no error",
                happened=returned,
                hint="in Lua, not equal is `~=`, each `if ... then` has its `end`, KEYS and ARGV begin at 1, and a "
                "command is called as redis.call('GET', KEYS[1])",
            )
            return
        yield Finding(
            "Ada holds the lock, and has it for 20 s from now on",
            expected=("token of Ada", "20 s"),
            happened=(holder, left) if holder else returned,
            hint="when the lock holds her token, set what is left: `PEXPIRE`, with ARGV[2] in milliseconds",
        )
        if returned == "it did not end":
            return
        yield Finding("she is told so", expected=1, happened=returned, hint="return 1, as PEXPIRE itself does")
        _, holder, left = renewed("token of Ada", seconds=8, before=60)
        yield Finding(
            "she asks for 8 s, and has it for 8 s, though it would have lasted longer",
            expected=("token of Ada", "8 s"),
            happened=(holder, left),
            hint="from now on it is hers for ARGV[2], whatever that is: no number of your own, and no GT",
        )
        returned, holder, left = renewed("token of Bo")
        yield Finding(
            "Ada's time is over and Bo has the lock: it stays as Bo took it",
            expected=("token of Bo", "not 20 s"),
            happened=(holder, left),
            hint="compare first, as the release does: only the lock that still holds ARGV[1] may be touched",
        )
        yield Finding("Ada is told", expected=0, happened=returned, hint="return 0, so that she can stop her work")
        returned, holder, left = renewed(None)
        yield Finding(
            "Ada's time is over and nobody has the lock: it is not brought back",
            expected=(None, 0),
            happened=(holder, returned),
            hint="a lock that is gone may have been somebody's meanwhile: don't set it anew, and return 0",
        )
    finally:
        own.kill()


SAME = "redis.call('GET', KEYS[1]) == ARGV[1]"
LONGER = "redis.call('PEXPIRE', KEYS[1], ARGV[2])"
ANEW = "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])"

keep_the_lock.right(f"if {SAME} then {ANEW} return 1 end return 0")
keep_the_lock.right(f"if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 else return {LONGER} end")
keep_the_lock.wrong("compare first")(f"return {LONGER}")
keep_the_lock.wrong("compare first")(f"{ANEW} return 1")
keep_the_lock.wrong("compare first")(
    "if redis.call('SET', KEYS[1], ARGV[1], 'XX', 'PX', ARGV[2]) then return 1 end return 0"
)
keep_the_lock.wrong("don't set it anew")(
    f"if {SAME} then return {LONGER} end if redis.call('EXISTS', KEYS[1]) == 0 then {ANEW} return 1 end return 0"
)
keep_the_lock.wrong("no number of your own")(
    f"if {SAME} then return redis.call('PEXPIRE', KEYS[1], 20000) end return 0"
)
keep_the_lock.wrong("no GT")(f"if {SAME} then return redis.call('PEXPIRE', KEYS[1], ARGV[2], 'GT') end return 0")
keep_the_lock.wrong("not equal is")(f"if redis.call('GET', KEYS[1]) != ARGV[1] then return 0 end return {LONGER}")
keep_the_lock.wrong("begin at 1")("if GET(KEYS[1]) == ARGV[1] then return PEXPIRE(KEYS[1], ARGV[2]) end return 0")
keep_the_lock.wrong("as PEXPIRE itself does")(f"if {SAME} then {LONGER} end return 0")
keep_the_lock.wrong("in milliseconds")(f"if {SAME} then return redis.call('EXPIRE', KEYS[1], ARGV[2]) end return 0")
keep_the_lock.wrong("so that she can stop")(f"if {SAME} then return {LONGER} end")
keep_the_lock.wrong("set what is left")("while true do end")


# --- nobody-waits

CROWD = 50
PATIENCE = 3.0  # seconds, after which whoever has no answer waits


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


class Crowd:
    """Callers in threads of their own, which a call that never returns can't hold up."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.answers: list[Any] = []
        self.threads = [threading.Thread(target=self.ask, args=[call], daemon=True) for _ in range(CROWD)]
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
        return dict(Counter(answers + ["no answer yet"] * (CROWD - len(answers))))


@chapter.exercise("nobody-waits")
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
    unwanted = Work("unwanted")
    clock[0] += 9
    yield Finding(
        "for 10 s it is served as it is",
        expected=("not computed", {"first": CROWD}),
        happened=(fresh := Crowd(asked(unwanted)).within(PATIENCE)) and (unwanted.times, fresh),
        hint="keep the moment at which it gets old beside the value, by the clock `now`: now() + 10",
    )
    yield Finding(
        "after 70 s Redis forgets it by itself",
        expected="10 to 70 s",
        happened="10 to 70 s" if 10_000 < client.pttl(key) <= 70_000 else "another time to live",
        hint="a hard limit stands behind the soft one: `ex=70` when it is stored",
    )
    for before, value in (("first", "second"), ("second", "third")):
        clock[0] += 20
        yield from stale(asked, before, value)
    client.delete(key)
    yield from cold(asked, "fourth")


def cold(asked: Callable[[Work], Callable[[], Any]], value: str) -> Iterator[Finding]:
    work = Work(value)
    got = Crowd(asked(work)).within(PATIENCE)
    yield Finding(
        f"there is none: one of {CROWD} computes the {value}, all get it",
        expected=("computed once", {value: CROWD}),
        happened=(work.times, got),
        hint="let them take a lock, look again once they have it, and give it back",
    )


def stale(asked: Callable[[Work], Callable[[], Any]], before: str, value: str) -> Iterator[Finding]:
    may_end = threading.Event()
    work = Work(value, may_end)
    got = Crowd(asked(work)).within(PATIENCE)
    happened = (work.times, got)
    may_end.set()
    yield Finding(
        f"the {before} is old: all {CROWD} get it while the {value} is being computed",
        expected=("computed once", {before: CROWD}),
        happened=happened,
        hint=OTHER_CLOCK
        if before == "first" and (work.begun, got.get(before, 0)) == (0, CROWD)
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
    (0, CROWD): "nobody began: a claim of the last refresh is still there. Give it back, or name it after the entry",
    (1, CROWD - 1): "the one who computes waits too: let a thread do it, `Thread(target=...).start()`, and answer",
    (1, 0): "an old answer is better than waiting: only whoever finds none waits for the lock",
    None: "one of them claims the refresh, with `set(..., nx=True, ex=5)`; all the others answer with what is there",
}


def kept(client: Any, key: str, compute: Any, now: Any, **life: int) -> str:
    """Compute and store, for the answers below."""
    entry = {"value": compute(), "expires": now() + 10}
    client.set(key, json.dumps(entry), **life)
    return str(entry["value"])


def first_time(client: Any, key: str, compute: Any, now: Any, **life: int) -> str:
    """Behind a lock: what another has stored meanwhile, or the computed answer."""
    with client.lock(f"lock:{key}", timeout=5, sleep=0.02):
        found = client.get(key)
        return json.loads(found)["value"] if found else kept(client, key, compute, now, **life)


def serving_stale(claim: Callable[[Any, str, Any], Any], inline: bool = False, **life: int) -> Callable[..., str]:
    """An answer to the exercise, by how it claims the refresh."""

    def get(client: Any, key: str, compute: Any, now: Any) -> str:
        found = client.get(key)
        if not found:
            return first_time(client, key, compute, now, **life)
        entry = json.loads(found)
        if entry["expires"] < now() and claim(client, key, entry):
            if inline:
                return kept(client, key, compute, now, **life)
            threading.Thread(target=kept, args=(client, key, compute, now), kwargs=life, daemon=True).start()
        return str(entry["value"])

    return get


def by_entry(client: Any, key: str, entry: Any) -> Any:
    return client.set(f"refresh:{key}:{entry['expires']}", 1, nx=True, ex=5)


def by_key(client: Any, key: str, entry: Any) -> Any:
    return client.set(f"refresh:{key}", 1, nx=True, ex=5)


nobody_waits.right(serving_stale(by_entry, px=70_000))
nobody_waits.wrong("neither Redis' clock")(
    lambda client, key, compute, now: serving_stale(by_entry, ex=70)(client, key, compute, time.time)
)
nobody_waits.wrong("stands behind")(serving_stale(by_entry))
nobody_waits.wrong("let a thread do it")(serving_stale(by_entry, inline=True, ex=70))
nobody_waits.wrong("name it after the entry")(serving_stale(by_key, ex=70))
nobody_waits.wrong("one of them claims")(serving_stale(lambda client, key, entry: True, ex=70))


@nobody_waits.wrong("look again")
def cache_aside(client: Any, key: str, compute: Any, now: Any) -> str:
    found = client.get(key)
    return json.loads(found)["value"] if found else kept(client, key, compute, now, ex=70)


@nobody_waits.wrong("look again")
def looks_once(client: Any, key: str, compute: Any, now: Any) -> str:
    found = client.get(key)
    if found:
        return str(json.loads(found)["value"])
    with client.lock(f"lock:{key}", timeout=5, sleep=0.02):
        return kept(client, key, compute, now, ex=70)


@nobody_waits.wrong("an old answer is better")
def waits_for_the_new_one(client: Any, key: str, compute: Any, now: Any) -> str:
    def fresh() -> Any:
        entry = json.loads(client.get(key) or "{}")
        return entry.get("expires", 0) >= now() and entry["value"]

    if value := fresh():
        return str(value)
    with client.lock(f"lock:{key}", timeout=30, sleep=0.02):
        return str(fresh() or kept(client, key, compute, now, ex=70))
