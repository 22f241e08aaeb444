"""The caches that are compared. Each answers one search, and learns when a change has been committed.

A process has one of them: Django is set up once, and two of the packages change its query sets for good. What is
imported from Django is imported once that is done.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

import redis

from nexus.cache import Cache

Answer = list[dict[str, Any]]
KEY = "search:accra"
OURS, FLOOR, NAIVE = "nexus.Cache", "no cache", "cache-aside, delete on write"


class Contender:
    """name: in the tables. apps and settings: what Django gets beside the usual."""

    name: ClassVar[str]
    apps: ClassVar[tuple[str, ...]] = ()

    def __init__(self, server: "redis.Redis", seconds: float, ttl: int) -> None:
        """server: where answers are kept. seconds: what the search takes. ttl: seconds for which an answer counts."""
        self.server, self.seconds, self.ttl = server, seconds, ttl
        self.prepare()

    @classmethod
    def settings(cls, url: str, ttl: int) -> Mapping[str, Any]:
        return {}

    def prepare(self) -> None:
        """What is made once, and not at each read."""

    def read(self) -> Answer:
        raise NotImplementedError

    def clear(self) -> None:
        """Called after the commit. Those that invalidate by themselves have done it by then."""

    def search(self) -> Answer:
        from benchmarks.models import search

        return [{**row, "price": str(row["price"])} for row in search(self.seconds)]


class NoCache(Contender):
    name = FLOOR

    def read(self) -> Answer:
        return self.search()


class CacheAside(Contender):
    name = NAIVE

    def read(self) -> Answer:
        return self.kept() or self.computed()

    def clear(self) -> None:
        self.server.delete(KEY)

    def kept(self) -> Answer | None:
        found: Any = self.server.get(KEY)
        return json.loads(found) if found else None

    def computed(self) -> Answer:
        answer = self.search()
        self.server.set(KEY, json.dumps(answer), ex=self.ttl)
        return answer


class Lock(CacheAside):
    name = "cache-aside with redis-py's lock"

    def read(self) -> Answer:
        if found := self.kept():
            return found
        with self.server.lock(f"{KEY}:lock", timeout=10):
            return self.kept() or self.computed()


class Ours(Contender):
    name = OURS

    def prepare(self) -> None:
        self.cache = Cache(self.server, "bench", ttl=self.ttl)

    def read(self) -> Answer:
        found: Answer = self.cache.get(KEY, self.search)
        return found

    def clear(self) -> None:
        self.cache.clear(KEY)


class Django(Contender):
    name = "Django, cache.get_or_set"

    def read(self) -> Answer:
        from django.core.cache import cache

        found: Answer | None = cache.get_or_set(KEY, self.search, self.ttl)
        return found or []

    def clear(self) -> None:
        from django.core.cache import cache

        cache.delete(KEY)


class Cacheops(Contender):
    name = "django-cacheops"
    apps = ("cacheops",)

    @classmethod
    def settings(cls, url: str, ttl: int) -> Mapping[str, Any]:
        return {"CACHEOPS_REDIS": url, "CACHEOPS": {"benchmarks.listing": {"ops": "all", "timeout": ttl}}}

    def read(self) -> Answer:
        return self.search()


class CacheopsLocked(Contender):
    name = "django-cacheops, lock and keep_fresh"
    apps = ("cacheops",)

    @classmethod
    def settings(cls, url: str, ttl: int) -> Mapping[str, Any]:
        return {"CACHEOPS_REDIS": url, "CACHEOPS": {"benchmarks.listing": {"ops": (), "timeout": ttl}}}

    def prepare(self) -> None:
        from cacheops import cached_as

        from benchmarks.models import search

        self.cached = cached_as(search(self.seconds), lock=True, keep_fresh=True)(self.search)

    def read(self) -> Answer:
        found: Answer = self.cached()
        return found


class Cachalot(Contender):
    name = "django-cachalot"
    apps = ("cachalot",)

    @classmethod
    def settings(cls, url: str, ttl: int) -> Mapping[str, Any]:
        return {"CACHALOT_TIMEOUT": ttl}

    def read(self) -> Answer:
        return self.search()


PACKAGES = ("django", "psycopg", "redis", "django-cacheops", "django-cachalot")
CONTENDERS: tuple[type[Contender], ...] = (
    NoCache,
    CacheAside,
    Lock,
    Ours,
    Django,
    Cacheops,
    CacheopsLocked,
    Cachalot,
)
