"""Limiters side by side: what a hit costs, and how many pass that should not."""

import re
import statistics
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import click

import nexus
from benchmarks.limiter_peers import (
    CONTENDERS,
    FLOOR,
    NAIVE,
    OURS,
    PACKAGES,
    PATIENT,
    Contender,
    Hit,
    set_up_django,
)
from benchmarks.servers import facts, own_process, throw_away
from nexus.errors import NexusError

Results = dict[str, Any]
DAY, HOUR = 86_400, 3600  # periods so long that no window ends in the middle of a measurement
GENEROUS = 10**11  # a day, so more than one a microsecond: it is never reached, for admitting is what is timed


@dataclass(frozen=True)
class Plan:
    """How much is measured. A test takes less of everything."""

    rounds: int = 20
    hits: int = 200
    history: int = 10_000
    races: int = 5
    racers: int = 100
    race_limit: int = 10
    edges: int = 3
    edge_limit: int = 50
    edge_period: int = 4
    tick: float = 0.02


FULL = Plan()


def measure(plan: Plan = FULL) -> Results:
    with throw_away("redis") as services:
        known = facts(services, PACKAGES)
        with own_process(set_up_django, services["redis"].url) as process:
            rows = process.submit(compare, services["redis"].url, plan, CONTENDERS).result()
    return {"facts": known, "plan": asdict(plan), "rows": rows}


def compare(url: str, plan: Plan, contenders: Sequence[Contender]) -> list[Results]:
    """A row for each contender, with what each round saw."""
    rows: list[Results] = [
        {"name": each.name, "burst": each.burst, "new": [], "full": [], "race": [], "edge": []} for each in contenders
    ]
    time_them(url, plan, contenders, rows)
    for number in range(plan.races):
        say(f"race {number + 1} of {plan.races}")
        for contender, row in in_turn(contenders, rows, number):
            hit = contender.start(url, plan.race_limit, HOUR)
            row["race"].append(race(hit, key_of("race", contender.name, number), plan))
    for number in range(plan.edges):
        say(f"edge {number + 1} of {plan.edges}")
        with ThreadPoolExecutor(len(rows)) as pool:  # all at once: most of it is waiting
            seen = pool.map(partial(worst_stretch, url, plan, number), contenders)
        for row, admitted in zip(rows, seen, strict=True):
            row["edge"].append(admitted)
    return rows


def faults(results: Results) -> list[str]:
    """What must not be: ours admits too much, or a fault that the page tells of does not show."""
    rows, plan = {row["name"]: row for row in results["rows"]}, Plan(**results["plan"])
    found = []
    for name, burst in ((OURS, None), (PATIENT, 1)):
        if (most := max(rows[name]["race"])) > (may := burst or plan.race_limit):
            found.append(f"{name} admitted {most} of {plan.racers} at once, where {may} may pass")
        if (most := max(rows[name]["edge"])) > (may := (burst or plan.edge_limit) + plan.edge_limit - 1):
            found.append(f"{name} admitted {most} in {plan.edge_period} s, where {may} may pass")
    if max(rows[NAIVE]["race"]) <= plan.race_limit:
        found.append(f"{NAIVE!r} admitted no more than {plan.race_limit} in any race: the fault does not show")
    if max(rows[FLOOR]["edge"]) < 1.5 * plan.edge_limit:
        found.append(f"{FLOOR!r} admitted little more than its limit at the edge: the fault does not show")
    return found


# --- what a hit costs


def time_them(url: str, plan: Plan, contenders: Sequence[Contender], rows: list[Results]) -> None:
    hits = [contender.start(url, GENEROUS, DAY) for contender in contenders]
    for contender, hit in zip(contenders, hits, strict=True):
        if not contender.fill:
            say(f"{contender.name}: a guest with {plan.history:,} hits")
            for _ in range(plan.history):
                hit(key_of("full", contender.name))
    for number in range(plan.rounds):
        say(f"round {number + 1} of {plan.rounds}")
        for contender, hit, row in in_turn(contenders, hits, rows, number):
            new, full = key_of("new", contender.name, number), key_of("full", contender.name)
            row["new"].append(microseconds(hit, new, plan.hits))
            if contender.fill:
                contender.fill(full, plan.history, DAY)
            row["full"].append(microseconds(hit, full, plan.hits))


def microseconds(hit: Hit, key: str, hits: int) -> float:
    """The median time of one hit, of so many by one guest."""
    hit(f"{key}-warm")
    took = []
    for _ in range(hits):
        began = time.perf_counter()
        admitted = hit(key)
        took.append(time.perf_counter() - began)
        if not admitted:
            raise NexusError(f"{key} was refused, and a refusal may cost less than an admission")
    return round(statistics.median(took) * 1_000_000, 1)


def in_turn(*columns: Any) -> list[Any]:
    """The rows, another one first in each round, so that no place in the order is always the same one's."""
    *lists, number = columns
    rows = list(zip(*lists, strict=True))
    first = number % len(rows)
    return rows[first:] + rows[:first]


# --- how many pass


def race(hit: Hit, key: str, plan: Plan) -> int:
    """How many of the racers, all at one barrier, are admitted. Each has opened its connection before."""
    connected = threading.Barrier(plan.racers)

    def run(number: int) -> bool:
        hit(f"{key}-warm")
        connected.wait()
        return hit(key)

    return sum(nexus.race(run, range(plan.racers)))


def worst_stretch(url: str, plan: Plan, number: int, contender: Contender) -> int:
    """The most that were admitted in any stretch of one period, by a guest who waits for the edge of a window."""
    hit, key = contender.start(url, plan.edge_limit, plan.edge_period), key_of("edge", contender.name, number)
    opened = time.time()
    hit(key)
    edge = contender.edge(key, plan.edge_limit, plan.edge_period, opened)
    start = edge - plan.edge_period / 10
    if start < opened:
        start, edge = start + plan.edge_period, edge + plan.edge_period
    time.sleep(max(0.0, start - time.time()))
    admitted: list[tuple[float, float]] = []
    while time.time() < start + plan.edge_period:
        while (moment := timed(hit, key)) is not None:
            admitted.append(moment)
        time.sleep(plan.tick)
    return most_within(admitted, plan.edge_period)


def timed(hit: Hit, key: str) -> tuple[float, float] | None:
    began = time.perf_counter()
    return (began, time.perf_counter()) if hit(key) else None


def most_within(admitted: Sequence[tuple[float, float]], period: float) -> int:
    """The most admissions that surely lie within one period: from the first's beginning to the last's end."""
    return max(
        (
            sum(began <= end and end - began < period for _, end in admitted[at:])
            for at, (began, _) in enumerate(admitted)
        ),
        default=0,
    )


def key_of(*parts: object) -> str:
    """A key of its own for each contender and round, without what a cache would warn of."""
    return re.sub(r"\W+", "-", "-".join(map(str, parts)))


def say(words: str) -> None:
    click.echo(f"limiters: {words}")
