"""keep-the-lock: a script that renews a lock which is still one's own."""

from collections.abc import Iterator
from typing import Any

import redis

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise


class Lock:
    """A lock in Redis, and Ada, who tries to renew it with the answer."""

    def __init__(self, client: "redis.Redis", script: Any) -> None:
        self.client, self.script = client, script

    def renewed(self, holder: str | None, seconds: int = 20, before: int = 1) -> tuple[Any, Any, str]:
        """What Ada's attempt returned, who holds the lock after it, and for how much longer."""
        self.client.delete("lock")
        if holder:
            self.client.set("lock", holder, ex=before)
        returned = attempt(self.client.eval, self.script, 1, "lock", "token of Ada", 1000 * seconds)
        if "Timeout" in str(returned):
            return "it did not end", None, ""
        as_asked = 750 * seconds < self.client.pttl("lock") <= 1000 * seconds
        return returned, self.client.get("lock"), f"{seconds} s" if as_asked else f"not {seconds} s"


@exercise("keep-the-lock")
def keep_the_lock(lab: Lab, answer: Any) -> Iterator[Finding]:
    own = lab.own("redis")  # a script without an end would stop a shared server for everybody
    client = redis.Redis.from_url(own.url, decode_responses=True, socket_timeout=3)
    try:
        yield from of_the_lock(Lock(client, answer))
    finally:
        own.kill()


def of_the_lock(lock: Lock) -> Iterator[Finding]:
    returned, holder, left = lock.renewed("token of Ada")
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
    yield Finding("she learns of it", expected=1, happened=returned, hint="return 1, as PEXPIRE itself does")
    yield for_as_long_as_she_asks(lock)
    yield from when_her_time_is_over(lock)


def for_as_long_as_she_asks(lock: Lock) -> Finding:
    _, holder, left = lock.renewed("token of Ada", seconds=8, before=60)
    return Finding(
        "she asks for 8 s, and has it for 8 s, though it would have lasted longer",
        expected=("token of Ada", "8 s"),
        happened=(holder, left),
        hint="from now on it is hers for ARGV[2], whatever that is: no number of your own, and no GT",
    )


def when_her_time_is_over(lock: Lock) -> Iterator[Finding]:
    returned, holder, left = lock.renewed("token of Bo")
    yield Finding(
        "Ada's time is over and Bo has the lock: it stays as Bo took it",
        expected=("token of Bo", "not 20 s"),
        happened=(holder, left),
        hint="compare first, as the release does: only the lock that still holds ARGV[1] may be touched",
    )
    yield Finding("Ada learns of it", expected=0, happened=returned, hint="return 0, so that she can stop her work")
    returned, holder, left = lock.renewed(None)
    yield Finding(
        "Ada's time is over and nobody has the lock: it is not brought back",
        expected=(None, 0),
        happened=(holder, returned),
        hint="a lock that is gone may have been somebody's meanwhile: don't set it again, and return 0",
    )
