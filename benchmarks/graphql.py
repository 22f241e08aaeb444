"""GraphQL side by side: the same question of the same rows, with queries, bytes and time of each answer."""

import json
import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import click

from benchmarks import graph_worker
from benchmarks.graph_worker import Plan
from benchmarks.graphs import CONTENDERS, FLOOR, GRAPHENE, NAIVE, OURS, PACKAGES, Contender
from benchmarks.servers import facts, own_process, throw_away

Results = dict[str, Any]
FULL = Plan()
MOST_QUERIES = 4  # of ours: one for each level of the question


def measure(plan: Plan = FULL) -> Results:
    with throw_away("postgres", "redis") as services:
        known = facts({"postgres": services["postgres"]}, PACKAGES)
        urls = {name: service.url for name, service in services.items()}
        return {"facts": known, "plan": asdict(plan), "rows": compare(urls, plan, CONTENDERS)}


def compare(urls: dict[str, str], plan: Plan, contenders: Sequence[Contender]) -> list[Results]:
    """A row for each contender, with what each round saw. They take turns, each in a process of its own."""
    with ExitStack() as stack:
        processes = [stack.enter_context(own_process(graph_worker.set_up, contender, urls)) for contender in contenders]
        processes[0].submit(graph_worker.fill, plan).result()
        processes[0].submit(graph_worker.vacuum).result()
        answers = [process.submit(graph_worker.first_answer, plan.warm).result() for process in processes]
        right = json.loads(answers[0][0])
        rows: list[Results] = [
            {"name": one.name, "same": json.loads(said) == right, "bytes": len(said), "queries": cost, "rounds": []}
            for one, (said, cost) in zip(contenders, answers, strict=True)
        ]
        for number in range(plan.rounds):
            click.echo(f"graphql: round {number + 1} of {plan.rounds}")
            for place in range(len(rows)):  # another one first in each round
                at = (place + number) % len(rows)
                rows[at]["rounds"].append(processes[at].submit(graph_worker.milliseconds, plan, number).result())
    return rows


def faults(results: Results) -> list[str]:
    """What must not be: answers that differ, ours too slow or too talkative, or a fault that does not show."""
    rows, plan = {row["name"]: row for row in results["rows"]}, Plan(**results["plan"])
    found = [f"{name} gave another answer than {FLOOR}" for name, row in rows.items() if not row["same"]]
    if (asked := rows[OURS]["queries"]) > MOST_QUERIES:
        found.append(f"{OURS} asked the database {asked} times, where {MOST_QUERIES} are enough")
    if rows[NAIVE]["queries"] <= plan.customers * plan.orders:
        found.append(f"{NAIVE!r} asked the database {rows[NAIVE]['queries']} times: the fault does not show")
    fastest = min((row for row in rows.values() if row["name"].startswith(GRAPHENE)), key=middle)
    if (ratio := middle(rows[OURS]) / middle(fastest)) > 1:
        found.append(f"{OURS} took {ratio:.2f} times as long as {fastest['name']}")
    return found


def middle(row: Results) -> float:
    return float(statistics.median(seen["took"] for seen in row["rounds"]))
