"""The limiters that are compared. Each is made for a limit and a period, and then asked: may this guest pass?"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import redis
from limits import RateLimitItemPerSecond, storage, strategies

from nexus.django import caches
from nexus.limiter import Limiter

Hit = Callable[[str], bool]
Edge = Callable[[str, int, int, float], float]

OURS, PATIENT = "nexus.Limiter", "nexus.Limiter, burst 1"
FLOOR, NAIVE = "INCR, compare", "GET, compare, INCR"


def client(url: str) -> "redis.Redis":
    return redis.Redis.from_url(url, socket_timeout=5, max_connections=1000)


# --- when a window ends: where an attacker would wait. (key, limit, period, time of the first hit) -> time


def at_the_next_multiple(key: str, limit: int, period: int, opened: float) -> float:
    return (opened // period + 1) * period


def a_period_after_the_first(key: str, limit: int, period: int, opened: float) -> float:
    return opened + period


def as_django_ratelimit_says(key: str, limit: int, period: int, opened: float) -> float:
    from django_ratelimit.core import get_usage

    left: int = get_usage(None, group="bench", key=lambda *_: key, rate=(limit, period))["time_left"]
    return int(time.time()) + left + 1


# --- the contenders


@dataclass(frozen=True)
class Contender:
    """name: in the tables. start: (url of Redis, limit, period in seconds) -> hit.

    edge: where its window ends. fill: (key, hits, period), for one that would take too long to be filled by hits.
    burst: how many of a limit it means to admit at once, if not all.
    """

    name: str
    start: Callable[[str, int, int], Hit]
    edge: Edge = a_period_after_the_first
    fill: Callable[[str, int, int], None] | None = None
    burst: int | None = None


def incr_and_compare(url: str, limit: int, period: int) -> Hit:
    """One command and no more: what any limit on Redis costs at least. Its keys never expire."""
    server = client(url)
    return lambda key: int(server.incr(f"{key}:{int(time.time()) // period}")) <= limit


def get_compare_incr(url: str, limit: int, period: int) -> Hit:
    server = client(url)

    def hit(key: str) -> bool:
        window = f"{key}:{int(time.time()) // period}"
        if int(server.get(window) or 0) >= limit:
            return False
        server.incr(window)
        return True

    return hit


def of_ours(url: str, limit: int, period: int, burst: int | None = None) -> Hit:
    limiter = Limiter(client(url), limit, period, burst)
    return lambda key: limiter.hit(key).admitted


def of_limits(strategy: type[strategies.RateLimiter], url: str, limit: int, period: int) -> Hit:
    limiter = strategy(storage.RedisStorage(url, max_connections=1000))
    item = RateLimitItemPerSecond(limit, period)
    return lambda key: limiter.hit(item, key)


def django_ratelimit(url: str, limit: int, period: int) -> Hit:
    from django_ratelimit.core import is_ratelimited

    def hit(key: str) -> bool:
        rate = (limit, period)
        return not is_ratelimited(None, group="bench", key=lambda *_: key, rate=rate, increment=True)

    return hit


def rest_framework(url: str, limit: int, period: int) -> Hit:
    from rest_framework.throttling import SimpleRateThrottle
    from rest_framework.views import APIView

    class Throttle(SimpleRateThrottle):
        rate = "as parse_rate says"

        def parse_rate(self, rate: str | None) -> tuple[int, int]:  # its own notation knows no "in 4 seconds"
            return limit, period

        def get_cache_key(self, request: Any, view: Any) -> str:
            return str(request)

    def hit(key: Any) -> bool:
        return Throttle().allow_request(key, APIView())

    return hit  # a new one for each request, as the framework does


def a_long_history(key: str, hits: int, period: int) -> None:
    from django.core.cache import cache

    cache.set(key, [time.time()] * hits, period)


def set_up_django(url: str) -> None:
    from django.conf import settings

    settings.configure(CACHES=caches({"redis": url}))


PACKAGES = ("redis", "limits", "django", "django-ratelimit", "djangorestframework")
CONTENDERS = (
    Contender(FLOOR, incr_and_compare, at_the_next_multiple),
    Contender(NAIVE, get_compare_incr, at_the_next_multiple),
    Contender(OURS, of_ours),
    Contender(PATIENT, partial(of_ours, burst=1), burst=1),
    Contender("limits, fixed window", partial(of_limits, strategies.FixedWindowRateLimiter)),
    Contender("limits, moving window", partial(of_limits, strategies.MovingWindowRateLimiter)),
    Contender("limits, sliding window counter", partial(of_limits, strategies.SlidingWindowCounterRateLimiter)),
    Contender("django-ratelimit", django_ratelimit, as_django_ratelimit_says),
    Contender("REST framework's throttle", rest_framework, fill=a_long_history),
)
