"""A rate limit that holds for any number of servers: one number for each guest, one call of Lua, Redis' own clock.

The algorithm is GCRA, the generic cell rate algorithm: ITU-T I.371 and the ATM Forum's Traffic Management
Specification 4.0 ("virtual scheduling"). Its form for requests is described by Brandur Leach in "Rate Limiting,
Cells, and GCRA", and runs in redis-cell and throttled. It equals a token bucket that is kept as one moment in time:
when the bucket will be full again. The script is nexus/lua/gcra.lua.
"""

import math
from dataclasses import dataclass

import redis

from nexus.lua import Script, source

MICROSECOND = 1_000_000  # in a second


@dataclass(frozen=True)
class Decision:
    """What became of one request.

    admitted: whether it may pass. remaining: how many more of cost 1 would pass at this very moment.
    retry_after: seconds until the same request can pass, 0.0 for one that was admitted.
    reset_after: seconds until the guest has the whole burst again.
    """

    admitted: bool
    remaining: int
    retry_after: float
    reset_after: float


class Limiter:
    """At most `limit` requests a `period` for each key in the long run, and at most `burst` of them at once.

    client: whose server keeps the numbers and the time. period: seconds. burst: by default, `limit`.
    From a full bucket on, any stretch as long as the period sees at most burst + limit - 1 requests; with a burst of 1
    that is the limit itself. Where `limit` does not divide the period, the interval is rounded up to a microsecond, so
    never more than the limit passes. A refused request costs the guest nothing.
    """

    def __init__(self, client: "redis.Redis", limit: int, period: float, burst: int | None = None) -> None:
        burst = limit if burst is None else burst
        if limit < 1 or period <= 0 or burst < 1:
            raise ValueError(f"limit, period and burst must be above zero, got {limit}, {period} and {burst}")
        self._client, self._script = client, Script(client, source("gcra.lua"))
        self._interval, self._burst = math.ceil(period * MICROSECOND / limit), burst
        # Two rules for one guest each keep a number of their own, and so does a rule that was changed.
        self._prefix = f"limit:{limit}:{period}:{burst}:"

    def hit(self, key: str, now: float | None = None, *, cost: int = 1) -> Decision:
        """Count a request of `key`, if there is room for it: one round trip, one step on the server.

        now: seconds, for a clock that a test or a figure turns by hand; without it, the time of the Redis server.
        The key still expires by the server's own clock. cost: as many requests as this one counts for, all or none.
        Raises ValueError for a cost that could never pass, redis.RedisError where Redis does not answer.
        """
        self._check(cost)
        admitted, wait, ahead = self._run(key, now, cost)
        return self._decision(admitted, wait, ahead)

    def test(self, key: str, now: float | None = None, *, cost: int = 1) -> Decision:
        """Say what `hit` would decide, and count nothing. Between the two, another request may take the room.

        Arguments and errors are those of `hit`.
        """
        self._check(cost)
        # What costs more than the burst is refused and writes nothing, and the refusal says how much is taken.
        _, _, ahead = self._run(key, now, self._burst + 1)
        wait = max(0, ahead + self._interval * (cost - self._burst))
        return self._decision(not wait, wait, ahead)

    def clear(self, key: str) -> None:
        """Give `key` the whole burst again. Raises redis.RedisError where Redis does not answer."""
        self._client.delete(self._prefix + key)

    def _check(self, cost: int) -> None:
        if not 1 <= cost <= self._burst:
            raise ValueError(f"cost must be from 1 to the burst of {self._burst}, got {cost}")

    def _run(self, key: str, now: float | None, cost: int) -> tuple[bool, int, int]:
        """Whether it was admitted, and microseconds: until it can be, and until the bucket is full."""
        clock = () if now is None else (round(now * MICROSECOND),)
        rule = (self._interval * cost, self._interval * self._burst)
        admitted, _, wait, ahead = self._script(keys=[self._prefix + key], args=[*rule, *clock])
        return bool(admitted), wait, ahead

    def _decision(self, admitted: bool, wait: int, ahead: int) -> Decision:
        remaining = max(0, self._burst - math.ceil(ahead / self._interval))
        return Decision(admitted, remaining, wait / MICROSECOND, ahead / MICROSECOND)
