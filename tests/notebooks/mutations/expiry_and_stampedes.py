"""Mutations of 40b-expiry-and-stampedes: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "40b-expiry-and-stampedes"
CHANGES = [
    Change(
        "the fault is taken out: the readers come one after the other",
        'return nexus.race(get, [("Rome", meet)] * 50)',
        'return [get("Rome") for _ in range(50)]',
    ),
    Change("the jitter is taken out", "300_000 * (1 - rng.random() / 5)", "300_000"),
    Change(
        "the lock's holder does not look again",
        "            entry = look(town)\n            if not entry:\n                return keep",
        "            if not entry:\n                return keep",
    ),
    Change("the release does not compare", 'release(["lock"], [who])', 'lab.redis.delete("lock")'),
    Change("nobody claims the refresh", "if lab.redis.set(claim, 1, nx=True, ex=5):", "if claim:"),
    Change("XFetch throws no dice", 'now - entry["delta"] * beta * log(luck)', "now"),
    Change("the outage is taken out", "own.kill()\ndead", "dead"),
    Change("the hang is taken out", "own.restart(), own.pause()", "own.restart()"),
    Change(
        "a refused write is an error",
        "with suppress(redis.RedisError):\n        client.set",
        "if True:\n        client.set",
    ),
    Change("one policy for all", '"maxmemory-policy": policy', '"maxmemory-policy": "allkeys-lru"'),
    Change("early refresh is the naive way", '"early refresh": early', '"early refresh": naive'),
    Change("the first solution is spoiled", "round(1000 * seconds * (1 - rng.random() / 4))", "round(1000 * seconds)"),
    Change("the second solution is spoiled", "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end\n", "\n"),
    Change("the third solution is spoiled", "Thread(target=refresh).start()", "refresh()"),
]
