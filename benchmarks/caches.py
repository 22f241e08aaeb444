"""Caches side by side: how often the work is done, how long the slowest wait, and what comes back that is old."""

import statistics
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import click

from benchmarks import cache_worker
from benchmarks.cache_peers import CONTENDERS, FLOOR, NAIVE, OURS, PACKAGES, Contender
from benchmarks.cache_worker import Plan
from benchmarks.servers import facts, own_process, throw_away
from nexus.concurrency import Load

Results = dict[str, Any]
FULL = Plan()


def measure(plan: Plan = FULL) -> Results:
    with throw_away("postgres", "redis") as services:
        known = facts(services, PACKAGES)
        urls = {name: service.url for name, service in services.items()}
        return {"facts": known, "plan": asdict(plan), "rows": compare(urls, plan, CONTENDERS)}


def compare(urls: dict[str, str], plan: Plan, contenders: Sequence[type[Contender]]) -> list[Results]:
    """A row for each contender, with what each round saw. They take turns, each in a process of its own."""
    with ExitStack() as stack:
        processes = [
            stack.enter_context(own_process(cache_worker.set_up, contender, urls, plan)) for contender in contenders
        ]
        processes[0].submit(cache_worker.fill).result()
        rows: list[Results] = [
            {"name": contender.name, "concurrent": [], "changes": [], "held": []} for contender in contenders
        ]
        for number in range(plan.rounds):
            for place in range(len(rows)):  # another one first in each round
                one_round(processes[(place + number) % len(rows)], rows[(place + number) % len(rows)], plan)
            click.echo(f"caches: round {number + 1} of {plan.rounds}")
    return rows


def one_round(process: ProcessPoolExecutor, row: Results, plan: Plan) -> None:
    click.echo(f"caches: {row['name']}")
    for part, changes in (("concurrent", ()), ("changes", plan.changes)):
        seen = process.submit(cache_worker.load, changes).result()
        p99 = Load(latencies=seen.pop("latencies")).percentile(99)  # not in the process, which need not draw charts
        row[part].append({**seen, "p99": round(p99 * 1000, 2)})
    row["held"].append(process.submit(cache_worker.held).result())


def faults(results: Results) -> list[str]:
    """What must not be: ours answers with what is old, or a fault that the page tells of does not show."""
    rows, plan = {row["name"]: row for row in results["rows"]}, Plan(**results["plan"])
    found = [f"{name} gave {count} stale answers" for name in (OURS, FLOOR) if (count := stale(rows[name]))]
    trials = plan.trials * plan.rounds
    if (forced := sum(seen["stale"] for seen in rows[NAIVE]["held"])) < trials:
        found.append(f"{NAIVE!r} kept an old answer in {forced} of {trials} forced trials: the fault does not show")
    computed = {
        name: statistics.median(seen["computed"] for seen in rows[name]["concurrent"]) for name in (NAIVE, OURS)
    }
    if computed[NAIVE] < 3 * computed[OURS]:
        found.append(f"{NAIVE!r} computed {computed[NAIVE]} times, {OURS} {computed[OURS]}: the stampede does not show")
    return found


def stale(row: Results) -> int:
    """All stale answers of a contender, under load and forced."""
    return sum(seen["stale"] for part in ("concurrent", "changes", "held") for seen in row[part])
