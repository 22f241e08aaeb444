"""A rate limit that holds for any number of servers: one number for each guest, one call of Lua, Redis' own clock.

The algorithm is GCRA, the generic cell rate algorithm: ITU-T I.371 and the ATM Forum's Traffic Management
Specification 4.0 ("virtual scheduling"). Its form for requests is described by Brandur Leach in "Rate Limiting,
Cells, and GCRA", and runs in redis-cell and throttled. It equals a token bucket that is kept as one moment in time:
when the bucket will be full again. The script is notebooks/data/gcra.lua.
"""

import math
from dataclasses import dataclass

import redis

from nexus.lua import Script, source

MICROSECOND = 1_000_000  # in a second


@dataclass(frozen=True)
class Decision:
    """What became of one request.

    admitted: whether it may pass. remaining: how many more would pass at this very moment.
    retry_after: seconds until the next one can pass, 0.0 for one that was admitted.
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
            raise ValueError(f"a limit, a period and a burst above zero, please, not {limit}, {period} and {burst}")
        self._script = Script(client, source("gcra.lua"))
        interval = math.ceil(period * MICROSECOND / limit)
        self._rule = (interval, interval * burst)
        # Two rules for one guest each keep a number of their own, and so does a rule that was changed.
        self._prefix = f"limit:{limit}:{period}:{burst}:"

    def hit(self, key: str, now: float | None = None) -> Decision:
        """Count one request of `key`, if there is room for it: one round trip, one step on the server.

        now: seconds, for a clock that a test or a figure turns by hand; without it, the time of the Redis server.
        The key still expires by the server's own clock. Raises redis.RedisError where Redis does not answer.
        """
        clock = () if now is None else (round(now * MICROSECOND),)
        admitted, remaining, wait, ahead = self._script(keys=[self._prefix + key], args=[*self._rule, *clock])
        return Decision(bool(admitted), remaining, wait / MICROSECOND, ahead / MICROSECOND)
