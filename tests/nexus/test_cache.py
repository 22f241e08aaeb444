"""The finished cache: never stale after a clear, computed once for all, right without Redis, gone in the end."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis

import nexus
from nexus import Lab
from nexus.cache import Cache

HOUR = 3600.0
SOON = 0.05  # seconds


@pytest.fixture
def lab(open_lab: Callable[..., Lab]) -> Lab:
    return open_lab(needs=("redis",))


class Counted:
    """A computation that counts how often it is made."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.times = answer, 0

    def __call__(self) -> Any:
        self.times += 1
        return self.answer


class Slow:
    """A computation that a test lets go on when it likes."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.begun, self.may_end = answer, threading.Semaphore(0), threading.Event()

    def __call__(self) -> Any:
        self.begun.release()
        assert self.may_end.wait(10)
        return self.answer


def never() -> Any:
    raise AssertionError("computed, though an answer was there")


def test_of_fifty_at_once_one_computes_and_all_get_the_answer(lab: Lab) -> None:
    cache, compute = Cache(lab.redis, "search", ttl=HOUR), Counted(["Ada's"])
    answers = nexus.race(lambda _: cache.get("flats", compute), range(50))
    assert answers == [["Ada's"]] * 50
    assert compute.times == 1


def test_two_servers_share_one_computation(lab: Lab) -> None:
    compute = Counted("ø")
    with redis.Redis.from_url(lab.url("redis")) as other:  # its answers are bytes, and that must not matter
        caches = [Cache(client, "search", ttl=HOUR) for client in (lab.redis, other)]
        answers = nexus.race(lambda n: caches[n % 2].get("flats", compute), range(20))
    assert answers == ["ø"] * 20
    assert compute.times == 1


def test_waiters_are_woken_by_the_answer_not_the_clock(lab: Lab, monkeypatch: Any) -> None:
    monkeypatch.setattr("nexus.cache.WAIT_MS", 5_000)
    cache, slow = Cache(lab.redis, "search", ttl=HOUR), Slow("new")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.get, "flats", slow)
        assert slow.begun.acquire(timeout=10)
        second = pool.submit(cache.get, "flats", never)
        slow.may_end.set()
        assert (first.result(2), second.result(2)) == ("new", "new")


def test_a_stale_answer_is_served_while_one_caller_refreshes_it(
    lab: Lab, eventually: Callable[[Callable[[], object]], None]
) -> None:
    Cache(lab.redis, "search", ttl=SOON, grace=HOUR).get("flats", lambda: "old")
    cache, slow = Cache(lab.redis, "search", ttl=HOUR), Slow("new")
    with ThreadPoolExecutor(2) as pool:
        refreshing: list[Any] = []

        def begun() -> bool:  # "old" is answered without a computation while it is fresh
            refreshing.append(pool.submit(cache.get, "flats", slow))
            return slow.begun.acquire(timeout=0.1)

        eventually(begun)
        assert nexus.race(lambda _: cache.get("flats", never), range(20)) == ["old"] * 20
        slow.may_end.set()
        assert refreshing[-1].result(10) == "new"
    assert cache.get("flats", never) == "new"


@pytest.mark.parametrize("tag", [None, "listings"])
def test_what_was_loaded_before_a_clear_is_not_kept_after_it(lab: Lab, tag: str | None) -> None:
    cache, slow = Cache(lab.redis, "search", ttl=HOUR), Slow("old")
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(cache.get, "flats", slow, tag)
        assert slow.begun.acquire(timeout=10)
        cache.clear(tag or "flats")
        slow.may_end.set()
        assert reader.result(10) == "old"  # it asked before
    assert cache.get("flats", lambda: "new", tag) == "new"
    assert cache.get("flats", never, tag) == "new"


def test_after_a_clear_nobody_waits_for_who_began_before_it(lab: Lab) -> None:
    cache, slow = Cache(lab.redis, "search", ttl=HOUR), Slow("old")
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(cache.get, "flats", slow)
        assert slow.begun.acquire(timeout=10)
        cache.clear("flats")
        assert cache.get("flats", lambda: "new") == "new"  # while the other still computes
        slow.may_end.set()
        assert reader.result(10) == "old"
    assert cache.get("flats", never) == "new"


def test_a_clear_takes_all_answers_with_its_tag_and_no_others(lab: Lab) -> None:
    cache = Cache(lab.redis, "search", ttl=HOUR)
    for key, tag in (("cheap", "listings"), ("near", "listings"), ("hosts", None)):
        cache.get(key, Counted(f"old {key}"), tag)
    cache.clear("listings")
    assert cache.get("hosts", never) == "old hosts"
    assert [cache.get(key, lambda: "new", "listings") for key in ("cheap", "near")] == ["new", "new"]


def test_an_evicted_generation_brings_no_old_answer_back(lab: Lab) -> None:
    cache = Cache(lab.redis, "search", ttl=HOUR)
    cache.get("flats", lambda: "old")
    cache.clear("flats")
    lab.redis.delete("cache:search:generation:flats")
    assert cache.get("flats", lambda: "new") == "new"


def test_after_an_error_the_next_caller_computes_at_once(lab: Lab) -> None:
    cache = Cache(lab.redis, "search", ttl=HOUR)
    with pytest.raises(ZeroDivisionError):
        cache.get("flats", lambda: 1 / 0)
    with pytest.raises(TypeError, match="not JSON"):
        cache.get("flats", lambda: {1, 2})
    assert cache.get("flats", lambda: "new") == "new"


def test_one_that_dies_while_it_computes_is_given_up(lab: Lab) -> None:
    cache, slow = Cache(lab.redis, "search", ttl=HOUR, lease=SOON), Slow("late")
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(cache.get, "flats", slow)
        assert slow.begun.acquire(timeout=10)
        assert cache.get("flats", lambda: "new") == "new"
        slow.may_end.set()
        assert hanging.result(10) == "late"


def test_without_redis_it_is_computed_each_time(open_lab: Callable[..., Lab]) -> None:
    own = open_lab(needs=()).own("redis")
    with own.connect() as client:
        cache = Cache(client, "search", ttl=HOUR)
        assert cache.get("flats", lambda: "old") == "old"
        own.kill()
        assert [cache.get("flats", lambda: ("new",)) for _ in range(3)] == [["new"]] * 3
        with pytest.raises(redis.RedisError):
            cache.clear("flats")


def test_what_redis_loses_while_it_is_computed_is_no_error(open_lab: Callable[..., Lab]) -> None:
    own = open_lab(needs=()).own("redis")
    with own.connect() as client:
        assert Cache(client, "search", ttl=HOUR).get("flats", lambda: own.kill() or "new") == "new"


def test_every_key_expires(lab: Lab) -> None:
    cache = Cache(lab.redis, "search", ttl=60, grace=30)
    cache.get("flats", lambda: "old", "listings")
    cache.clear("listings")
    with pytest.raises(ZeroDivisionError):
        cache.get("rooms", lambda: 1 / 0)
    lives = {key: lab.redis.pttl(key) for key in lab.redis.scan_iter()}
    assert len(lives) == 5
    assert all(0 < life <= 180_000 for life in lives.values()), lives


def test_what_was_stored_at_once_does_not_expire_at_once(lab: Lab) -> None:
    cache = Cache(lab.redis, "search", ttl=1000, jitter=0.5)
    for key in range(40):
        cache.get(str(key), lambda: "here")
    times = [float(lab.redis.hget(f"cache:search:answer:{key}", "fresh_until") or 0) for key in range(40)]
    assert 100_000 < max(times) - min(times) <= 510_000


@pytest.mark.parametrize(
    "wrong", [{"ttl": 0}, {"ttl": 1, "grace": -1}, {"ttl": 1, "lease": 0}, {"ttl": 1, "jitter": 1}]
)
def test_times_that_mean_nothing_are_refused(lab: Lab, wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Cache(lab.redis, "search", **wrong)
