"""A cache that is never stale after a clear, computes an answer once for concurrent callers, and may be gone.

Three known ideas in two calls of Lua. *Versioned keys*: each tag has a generation, and an answer counts only while its
generation is the tag's. *Leases* (R. Nishtala and others, "Scaling Memcache at Facebook", NSDI 2013): of those who
miss, one computes. *Stale while revalidate* (RFC 5861): past its time an answer is still served, while one makes it
again. The scripts are nexus/lua/cache-look.lua and cache-store.lua.
"""

import contextlib
import json
import random
import uuid
from collections.abc import Callable
from typing import Any

import redis

from nexus.lua import Script, source

WAIT_MS = 100  # how long to listen for the one who computes, before looking whether it is still there


class Cache:
    """Answers that JSON can hold, kept in Redis under `name`.

    client: whose server keeps the answers and the time; give it a `socket_timeout` above 0.1, so that a server that
    hangs is noticed. ttl: seconds for which an answer is fresh. grace: seconds for which it is served after that, while
    one caller computes a new one; by default, `ttl`. lease: seconds after which a caller that computes is given up.
    jitter: the share of the ttl by which it is shortened at random, so that what was stored at once does not expire at
    once. One server, or one with replicas: a clear that a fail-over loses leaves old answers for ttl + grace.
    """

    def __init__(
        self,
        client: "redis.Redis",
        name: str,
        ttl: float,
        grace: float | None = None,
        lease: float = 10.0,
        jitter: float = 0.1,
    ) -> None:
        grace = ttl if grace is None else grace
        if ttl <= 0 or grace < 0 or lease <= 0 or not 0 <= jitter < 1:
            raise ValueError(f"ttl and lease must be above zero and jitter below one; got {ttl}, {lease} and {jitter}")
        self._client, self._name, self._ttl, self._jitter = client, name, ttl, jitter
        self._kept_ms, self._lease_ms = round((ttl + grace) * 1000), round(lease * 1000)
        self._look, self._store = (Script(client, source(f"cache-{what}.lua")) for what in ("look", "store"))

    def get(self, key: str, compute: Callable[[], Any], tag: str | None = None) -> Any:
        """The answer kept for `key`, or what `compute` returns, which is then kept.

        compute must read the database again: a transaction that began before the call may show it an older state.
        tag: what to `clear` when the answer changes; by default, the key itself.
        Where Redis does not answer, it is computed each time. What `compute` raises is raised here, and not kept.
        """
        keys = self._keys(key, tag)
        while True:
            try:
                found, generation = self._look(keys, [uuid.uuid4().hex, self._lease_ms, 2 * self._kept_ms])
                if not generation and found is None:
                    self._client.xread({keys[3]: "0"}, block=WAIT_MS)
                    continue
            except redis.RedisError:
                return json.loads(json.dumps(compute()))
            return json.loads(self._refresh(keys, generation, compute) if generation else found)

    def clear(self, tag: str) -> None:
        """Make all answers with this tag count for nothing, those included that are being computed now.

        Call it after the commit: before it, a reader may keep the old state once more. Raises redis.RedisError where
        Redis does not answer; the old answers can then last for ttl + grace, unless the call is made again.
        """
        self._client.set(self._generation(tag), uuid.uuid4().hex, px=2 * self._kept_ms)

    def _refresh(self, keys: list[str], generation: Any, compute: Callable[[], Any]) -> str:
        value = ""
        try:
            value = json.dumps(compute())
        finally:  # also without a value: those who wait must not wait for the lease to end
            fresh_ms = round(self._ttl * 1000 * (1 - self._jitter * random.random()))  # noqa: S311 - no secret
            with contextlib.suppress(redis.RedisError):
                self._store(keys, [generation, value, fresh_ms, self._kept_ms, self._lease_ms])
        return value

    def _generation(self, tag: str) -> str:
        return f"cache:{self._name}:generation:{tag}"

    def _keys(self, key: str, tag: str | None) -> list[str]:
        own = [f"cache:{self._name}:{what}:{key}" for what in ("answer", "lease", "done")]
        return [self._generation(key if tag is None else tag), *own]
