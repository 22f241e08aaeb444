"""The benchmark, small: each contender does its job, and a wrong count is red."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import nexus
from benchmarks import __main__ as command
from benchmarks import cache_peers, caches, graph_worker, graphql, graphs, limiter_peers, limiters
from benchmarks.cache_worker import Plan
from benchmarks.servers import own_process
from nexus import Lab

LIMITS = limiters.Plan(rounds=1, hits=3, history=12, races=1, racers=30, edges=1, edge_limit=10, edge_period=2)
CACHES = Plan(rounds=1, readers=8, rate=40, lasts=1.4, changes=(0.2, 0.275), trials=1)
GRAPHS = graph_worker.Plan(rounds=1, requests=1, warm=0, customers=2, orders=3, lines=2)
THROTTLE = "REST framework's throttle"
MAY_OVERSHOOT = {limiter_peers.NAIVE, THROTTLE}
NO_EDGE = {"limits, moving window", THROTTLE}
LOCKED, CACHEOPS = "cache-aside with redis-py's lock", "django-cacheops, lock and keep_fresh"

Row = dict[str, Any]
Rooms = Callable[[str], dict[str, str]]


@pytest.fixture
def room(worker_id: str) -> Iterator[Rooms]:
    """The URLs of an empty room for each name."""
    opened: list[Lab] = []

    def open_one(name: str) -> dict[str, str]:
        opened.append(nexus.open(f"test-bench-{worker_id}-{name}", needs=("postgres", "redis")))
        return {service: opened[-1].url(service) for service in ("postgres", "redis")}

    yield open_one
    for lab in opened:
        lab.close()


def by_name(results: dict[str, Any]) -> dict[str, Row]:
    return {row["name"]: row for row in results["rows"]}


# --- the contenders do what their kind does


def test_each_limiter_admits_and_limits(room: Rooms) -> None:
    url = room("limits")["redis"]
    with own_process(limiter_peers.set_up_django, url) as process:
        rows = process.submit(limiters.compare, url, LIMITS, limiter_peers.CONTENDERS).result()
    assert len(rows) == len(limiter_peers.CONTENDERS)
    assert [row["name"] for row in rows if not limits_as_it_should(row)] == [], rows


def limits_as_it_should(row: Row) -> bool:
    (raced,), (edge,), may, limit = row["race"], row["edge"], row["burst"] or LIMITS.race_limit, LIMITS.edge_limit
    exact = raced == may or (row["name"] in MAY_OVERSHOOT and raced > may)
    timed = all(0 < took < 1_000_000 for took in row["new"] + row["full"])
    # How far over its limit one comes is the benchmark's to show, and not the same on a busy machine.
    return exact and timed and limit - 3 <= edge <= (limit if row["name"] in NO_EDGE else 2 * limit)


@pytest.mark.prove
def test_each_cache_answers_and_keeps_what_it_should(room: Rooms) -> None:
    places = [room(str(place)) for place in range(len(cache_peers.CONTENDERS))]

    def alone(place: dict[str, str], contender: type[cache_peers.Contender]) -> Row:
        return caches.compare(place, CACHES, [contender])[0]

    with ThreadPoolExecutor(len(places)) as pool:
        rows = list(pool.map(alone, places, cache_peers.CONTENDERS))
    assert [row["name"] for row in rows if not caches_as_it_should(row)] == [], rows


def caches_as_it_should(row: Row) -> bool:
    (concurrent,), (held,), name = row["concurrent"], row["held"], row["name"]
    if name == cache_peers.FLOOR:
        counted = concurrent["computed"] == concurrent["reads"]
    elif name in (LOCKED, cache_peers.OURS, CACHEOPS):
        counted = 1 <= concurrent["computed"] <= 2  # there is one expiry; two where the machine stood still
    else:
        counted = 3 <= concurrent["computed"] < concurrent["reads"]
    keeps_old = name not in (cache_peers.FLOOR, cache_peers.OURS, CACHEOPS)
    lasted = held["lasted"] >= 0.9 * CACHES.ttl
    return counted and not concurrent["stale"] and (held["stale"] == 1) == lasted == keeps_old


@pytest.mark.prove
def test_each_graphql_site_gives_the_same_answer(room: Rooms) -> None:
    rows = graphql.compare(room("graphql"), GRAPHS, graphs.CONTENDERS)
    assert [row["name"] for row in rows if not row["same"]] == []
    assert len({row["bytes"] for row in rows}) == 1
    usual = 2 + 2 * (1 + 3 * (1 + 2))  # the number and the rows, then each customer, each order and each line
    assert [row["queries"] for row in rows] == [4, 4, usual, 5, 4, 3]
    assert all(0 < seen["took"] <= seen["slowest"] for row in rows for seen in row["rounds"])


# --- a wrong count is red


def test_the_stored_results_have_no_fault(stored: dict[str, Any]) -> None:
    assert {name: part.faults(stored[name]) for name, part in command.PARTS.items()} == {
        name: [] for name in command.PARTS
    }


def test_a_limiter_of_ours_that_admits_too_much_is_red(room: Rooms, stored: dict[str, Any]) -> None:
    plan = limiters.Plan(**stored["limiters"]["plan"])
    generous = limiter_peers.of_ours(room("generous")["redis"], plan.race_limit + 1, limiters.HOUR)
    by_name(stored["limiters"])["nexus.Limiter"]["race"] = [limiters.race(generous, "Ada", plan)]
    assert limiters.faults(stored["limiters"]) == ["nexus.Limiter admitted 11 of 100 at once, where 10 may pass"]


def test_a_cache_of_ours_that_keeps_an_old_answer_is_red(room: Rooms, stored: dict[str, Any]) -> None:
    (row,) = caches.compare(room("aside"), CACHES, [cache_peers.CacheAside])
    by_name(stored["caches"])["nexus.Cache"]["held"] = row["held"]
    assert caches.faults(stored["caches"]) == ["nexus.Cache gave 1 stale answers"]


RED: list[tuple[str, str, Callable[[dict[str, Row]], Any]]] = [
    ("limiters", "nexus.Limiter admitted 100 in", lambda rows: rows["nexus.Limiter"]["edge"].append(100)),
    ("limiters", "burst 1 admitted 2 of", lambda rows: rows["nexus.Limiter, burst 1"]["race"].append(2)),
    ("limiters", "in any race", lambda rows: rows[limiter_peers.NAIVE].update(race=[10])),
    ("limiters", "at the edge", lambda rows: rows[limiter_peers.FLOOR].update(edge=[50])),
    ("caches", "nexus.Cache gave 1", lambda rows: rows["nexus.Cache"]["changes"][0].update(stale=1)),
    ("caches", "no cache gave 1", lambda rows: rows["no cache"]["concurrent"][0].update(stale=1)),
    ("caches", "forced trials", lambda rows: rows[cache_peers.NAIVE]["held"][0].update(stale=0)),
    ("graphql", "another answer", lambda rows: rows["graphene-django-optimizer"].update(same=False)),
    ("graphql", "5 times, where 4", lambda rows: rows[graphs.OURS].update(queries=5)),
    ("graphql", "times as long", lambda rows: [seen.update(took=9e9) for seen in rows[graphs.OURS]["rounds"]]),
    ("graphql", "does not show", lambda rows: rows[graphs.NAIVE].update(queries=5)),
    ("caches", "stampede", lambda rows: [seen.update(computed=4) for seen in rows[cache_peers.NAIVE]["concurrent"]]),
]


@pytest.mark.parametrize(("part", "says", "spoil"), RED, ids=[says for _, says, _ in RED])
def test_each_wrong_count_is_red(
    stored: dict[str, Any], part: str, says: str, spoil: Callable[[dict[str, Row]], Any]
) -> None:
    spoil(by_name(stored[part]))
    (fault,) = command.PARTS[part].faults(stored[part])
    assert says in fault
