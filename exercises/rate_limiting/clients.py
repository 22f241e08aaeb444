"""Clients of Redis that are watched command by command, and many of them at once."""

import threading
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import redis

from nexus import Lab
from nexus.exercises import in_threads

CLIENTS = 30


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:
        return error


def together(calls: Sequence[Callable[[], Any]], seconds: float) -> list[Any]:
    """What the calls return, each run in a thread of its own. Raises TimeoutError where one of them does not end."""
    still = TimeoutError(f"it was still running after {seconds:g} seconds")
    results = in_threads([partial(outcome, call) for call in calls], seconds, still)
    if failed := next((result for result in results if isinstance(result, Exception)), None):
        raise failed
    return results


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
    """Holds each of many clients before one of its commands until all others are there too, or have ended."""

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
    """How many of many clients are admitted where nobody sends the command of this number before all others have sent
    those in front of it; and whether anybody sends so many.
    """
    gate = Gate(CLIENTS, held)

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

    return sum(together([partial(one, number) for number in range(CLIENTS)], seconds=20)), gate.reached


def fresh() -> str:
    return f"check:{uuid.uuid4().hex}"


def keys_of(lab: Lab, key: str) -> list[str]:
    return list(lab.redis.scan_iter(match=f"{key}*", count=1000))
