"""What runs in the process of one cache: readers, a writer, and the forced stale set."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import redis

from benchmarks.cache_peers import Contender
from nexus.django import caches, databases

PATIENCE = 60  # seconds; only a fault ever waits so long


@dataclass(frozen=True)
class Plan:
    """How much is measured. A test takes less of everything. seconds: what a search takes. ttl: whole seconds."""

    rounds: int = 5
    readers: int = 40
    rate: int = 200
    lasts: float = 4.0
    seconds: float = 0.15
    ttl: int = 1
    # The moments of Ada's changes: each time she corrects herself while the first change is still being read.
    changes: tuple[float, ...] = (0.4, 0.475, 1.7, 1.775, 3.0, 3.075)
    trials: int = 5


@dataclass(frozen=True)
class Worker:
    contender: Contender
    plan: Plan


@dataclass
class Seen:
    """What the threads of one load share. version: of the last change that was committed and cleared."""

    version: int
    began: float = 0.0
    computed: int = 0
    stale: int = 0
    latencies: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


_workers: list[Worker] = []


def set_up(kind: type[Contender], urls: dict[str, str], plan: Plan) -> None:
    """Set Django up in this process, for this cache."""
    import django
    from django.conf import settings

    settings.configure(
        DATABASES=databases(urls),
        CACHES=caches(urls),
        INSTALLED_APPS=["benchmarks", *kind.apps],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        **kind.settings(urls["redis"], plan.ttl),
    )
    django.setup()
    server = redis.Redis.from_url(urls["redis"], socket_timeout=5, max_connections=1000)
    _workers.append(Worker(kind(server, plan.seconds, plan.ttl), plan))


def fill() -> None:
    from benchmarks import models

    models.fill()


# --- a load


def load(changes: Sequence[float]) -> dict[str, Any]:
    """Readers at a steady rate on a warm cache; changes: when, in seconds from the start, the row is changed."""
    worker = _workers[0]
    plan, contender = worker.plan, worker.contender
    seen = Seen(version_of(contender.search()))

    def start() -> None:  # in the last thread that arrives: all have their connections by now
        contender.server.flushdb()
        contender.read()
        seen.computed, seen.began = 0, time.perf_counter()

    ready = threading.Barrier(plan.readers + 1, start, PATIENCE)
    with ThreadPoolExecutor(plan.readers + 1) as pool:
        tasks: list[Future[None]] = [pool.submit(write, contender, seen, ready, changes)]
        tasks += [pool.submit(read, contender, seen, ready, number, plan) for number in range(plan.readers)]
        for task in tasks:
            task.result()
    return {
        "reads": len(seen.latencies),
        "computed": seen.computed,
        "stale": seen.stale,
        "latencies": seen.latencies,
    }


def read(contender: Contender, seen: Seen, ready: threading.Barrier, number: int, plan: Plan) -> None:
    """One reader. Its reads are due at fixed moments, and count from then: who waits cannot hide those behind it."""

    def count(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        with seen.lock:
            seen.computed += "pg_sleep" in sql
        return execute(sql, *arguments)

    with own_connection(count):
        contender.read()
        ready.wait()
        for turn in range(int(plan.lasts * plan.rate / plan.readers)):
            due = seen.began + (turn * plan.readers + number) / plan.rate
            sleep_until(due)
            least = seen.version  # what was cleared before this read began must not come back
            found = version_of(contender.read())
            with seen.lock:
                seen.latencies.append(time.perf_counter() - due)
                seen.stale += found < least


def write(contender: Contender, seen: Seen, ready: threading.Barrier, changes: Sequence[float]) -> None:
    from benchmarks.models import change

    with own_connection():
        ready.wait()
        for moment in changes:
            sleep_until(seen.began + moment)
            version = change()
            contender.clear()
            seen.version = version


# --- the stale set, forced


def held() -> dict[str, Any]:
    """A reader is held between load and set while a change is committed and cleared; then somebody else reads.

    stale: in how many trials that one still got the old answer. lasted: seconds until a reader got the new one, in
    the last trial.
    """
    worker = _workers[0]
    stale = 0
    with own_connection():
        for _ in range(worker.plan.trials):
            version, cleared = change_under_a_reader(worker.contender)
            stale += version_of(worker.contender.read()) < version
        lasted = seconds_until(lambda: version_of(worker.contender.read()) >= version, cleared)
    return {"stale": stale, "lasted": round(lasted, 2) if stale else 0.0}


def change_under_a_reader(contender: Contender) -> tuple[int, float]:
    """The version that a reader who is held in the middle has not seen, and the moment when it was cleared."""
    from benchmarks.models import change

    loaded, may_go_on = threading.Event(), threading.Event()

    def read() -> None:
        with own_connection(holding(loaded, may_go_on)):
            contender.read()

    contender.server.flushdb()
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(read)
        if not loaded.wait(PATIENCE):
            raise RuntimeError(f"{contender.name} read nothing from the database, with nothing kept")
        version = change()
        contender.clear()
        cleared = time.perf_counter()
        may_go_on.set()
        reader.result()
    return version, cleared


def holding(loaded: threading.Event, may_go_on: threading.Event) -> Callable[..., Any]:
    """A wrapper of Django's that says when the contender's slow query has been run, and goes on when it may."""

    def hold(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        result = execute(sql, *arguments)
        if "pg_sleep" in sql:
            loaded.set()
            may_go_on.wait(PATIENCE)
        return result

    return hold


def seconds_until(holds: Callable[[], bool], since: float) -> float:
    while not holds():
        if time.perf_counter() - since > PATIENCE:
            raise RuntimeError("an old answer outlived its time by far")
        time.sleep(0.02)
    return time.perf_counter() - since


# --- what both need


@contextmanager
def own_connection(*wrappers: Callable[..., Any]) -> Iterator[None]:
    """This thread's connection to Postgres, each query passed through the wrappers, closed at the end."""
    from django.db import connection

    connection.execute_wrappers.extend(wrappers)
    try:
        yield
    finally:
        connection.close()
        connection.execute_wrappers.clear()


def version_of(answer: Sequence[dict[str, Any]]) -> int:
    return int(answer[0]["version"])


def sleep_until(moment: float) -> None:
    if (left := moment - time.perf_counter()) > 0:
        time.sleep(left)
