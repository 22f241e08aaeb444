"""Right and wrong answers to nobody-waits of 40b-expiry-and-stampedes."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from exercises.expiry_and_stampedes.nobody_waits import nobody_waits
from tests.exercises.answers import Answers

answers = Answers(nobody_waits)


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


answers.right(serving_stale(by_entry, px=70_000))
answers.wrong("neither Redis' clock")(
    lambda client, key, compute, now: serving_stale(by_entry, ex=70)(client, key, compute, time.time)
)
answers.wrong("is behind the soft one")(serving_stale(by_entry))
answers.wrong("let a thread do it")(serving_stale(by_entry, inline=True, ex=70))
answers.wrong("name it after the entry")(serving_stale(by_key, ex=70))
answers.wrong("one of them claims")(serving_stale(lambda client, key, entry: True, ex=70))


@answers.wrong("look again")
def cache_aside(client: Any, key: str, compute: Any, now: Any) -> str:
    found = client.get(key)
    return json.loads(found)["value"] if found else kept(client, key, compute, now, ex=70)


@answers.wrong("look again")
def looks_once(client: Any, key: str, compute: Any, now: Any) -> str:
    found = client.get(key)
    if found:
        return str(json.loads(found)["value"])
    with client.lock(f"lock:{key}", timeout=5, sleep=0.02):
        return kept(client, key, compute, now, ex=70)


@answers.wrong("an old answer is better")
def waits_for_the_new_one(client: Any, key: str, compute: Any, now: Any) -> str:
    def fresh() -> Any:
        entry = json.loads(client.get(key) or "{}")
        return entry.get("expires", 0) >= now() and entry["value"]

    if value := fresh():
        return str(value)
    with client.lock(f"lock:{key}", timeout=30, sleep=0.02):
        return str(fresh() or kept(client, key, compute, now, ex=70))
