"""The systems over HTTP: what a request costs beside one that does nothing, and beside another clone's.

Clones take turns at each operation, so what disturbs one disturbs the other. Of one client, a request follows the
answer before; of many, each has a connection and an account of its own.
"""

import statistics
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

import nexus
from benchmarks.api_client import Connection, Request, request
from benchmarks.api_site import Site, served
from benchmarks.figures import draw, named, of, ratios
from benchmarks.servers import facts, throw_away
from nexus import paths

Results = dict[str, Any]
PACKAGES = ("django", "djangorestframework", "djangorestframework-simplejwt", "graphene-django", "gunicorn", "psycopg")
OURS, BESIDE = "this clone", "the clone beside it"
EMPTY, PAGE, LISTING, BOOKING, QUERY = OPERATIONS = (
    "the empty view", "a page of listings", "a listing", "a booking", "a GraphQL query"
)  # fmt: skip
LEVELS = """{ allCustomers(first: 20) { edges { node { name email orders(first: 5) {
  orderedAt status total lines { quantity unitPrice product { name price } } } } } } }"""
MOST_EMPTY_VIEWS = 15  # that a page of listings may cost, in CPU time of the process
SLOWER = 1.05  # than the clone beside it: more is a fault


@dataclass(frozen=True)
class Plan:
    """How much is measured. A test takes less of everything. alone: requests of one client. lasts: seconds of all."""

    rounds: int = 12
    alone: int = 40
    clients: int = 8
    lasts: float = 0.8
    warm: float = 0.5


FULL = Plan()


def measure(plan: Plan = FULL, beside: Path | None = None) -> Results:
    """beside: the folder of another clone, which is measured in turn with this one."""
    with throw_away("postgres", "redis") as services:
        known = facts(services, PACKAGES)
    clones = {OURS: paths.ROOT, **({BESIDE: beside.resolve()} if beside else {})}
    return {"facts": known, "plan": asdict(plan), "rows": compare(clones, plan)}


def compare(clones: dict[str, Path], plan: Plan) -> list[Results]:
    """A row for each clone, with what each round saw of each operation."""
    rows: list[Results] = [{"name": name, **{what: [] for what in OPERATIONS}} for name in clones]
    with ExitStack() as stack:
        sites = [stack.enter_context(served(clone, plan.clients)) for clone in clones.values()]
        for site in sites:
            for requests in operations(site).values():
                together(site, requests, plan.warm)
        for number in range(plan.rounds):
            click.echo(f"api: round {number + 1} of {plan.rounds}")
            turns = [(place + number) % len(rows) for place in range(len(rows))]  # another one first in each round
            one_round([sites[at] for at in turns], [rows[at] for at in turns], plan)
    return rows


def one_round(sites: list[Site], rows: list[Results], plan: Plan) -> None:
    inside = [site.inside({what: each[0] for what, each in operations(site).items()}, plan.alone) for site in sites]
    for what in OPERATIONS:
        for site, row, costs in zip(sites, rows, inside, strict=True):
            row[what].append({**over_http(site, operations(site)[what], plan), **costs[what]})
    for site in sites:
        site.tidy()


def operations(site: Site) -> dict[str, list[Request]]:
    """The requests of each operation, one for each client."""
    read = {
        EMPTY: request(site.url, "GET", "/empty"),
        PAGE: request(site.url, "GET", "/api/v1/listings/?page_size=20"),
        LISTING: request(site.url, "GET", f"/api/v1/listings/{site.listings[0]}/"),
        QUERY: request(site.url, "POST", "/graphql/", site.manager, {"query": LEVELS}),
    }
    path = "/api/v1/bookings/"
    booked = [
        request(site.url, "POST", path, guest, site.stay(client), status=201, undo=f"{path}{{id}}/cancel/")
        for client, guest in enumerate(site.guests)
    ]
    return {**{what: [one] * len(booked) for what, one in read.items()}, BOOKING: booked}


def over_http(site: Site, requests: list[Request], plan: Plan) -> Results:
    """p50: milliseconds of one client. rate: requests a second of all. cpu: the web server's milliseconds for one."""
    alone, raw = Connection(site.url), requests[0].raw()
    seconds = [alone.act(requests[0], raw) for _ in range(plan.alone)]
    alone.close()
    used = site.cpu_seconds()
    sent, lasted = together(site, requests, plan.lasts)
    used = site.cpu_seconds() - used
    return {
        "p50": round(statistics.median(seconds) * 1000, 3),
        "rate": round(sent / lasted, 1),
        "cpu": round(used / sent * 1000, 3),
    }


def together(site: Site, requests: list[Request], lasts: float) -> tuple[int, float]:
    """All clients at once, for so many seconds: the requests, and the seconds until the last was answered."""
    connections = [Connection(site.url) for _ in requests]
    began = time.perf_counter()

    def work(client: int) -> float:
        raw = requests[client].raw()
        while time.perf_counter() < began + lasts:
            connections[client].act(requests[client], raw)
        return time.perf_counter()

    ended = max(nexus.race(work, range(len(requests))))
    for connection in connections:
        connection.close()
    return sum(each.sent for each in connections), ended - began


def faults(results: Results) -> list[str]:
    """What must not be: a page that costs too much, or an operation slower than in the clone beside this one."""
    rows = results["rows"]
    ours, found = named(rows, OURS), []
    empty = of(ours, EMPTY, "inside_cpu")
    if (cost := statistics.median(ratios(of(ours, PAGE, "inside_cpu"), empty))) > MOST_EMPTY_VIEWS:
        found.append(f"{PAGE} costs {cost:.1f} empty views, where {MOST_EMPTY_VIEWS} are enough")
    for what in OPERATIONS if len(rows) > 1 else ():
        for figure in ("p50", "rate"):
            seen = slower(rows, what, figure)
            if (ratio := statistics.median(seen)) > SLOWER and not draw(seen):
                found.append(f"{what} is {ratio:.2f} times as slow as in {BESIDE} ({figure})")
    return found


def slower(rows: list[Results], what: str, figure: str) -> list[float]:
    """In each round, how many times slower an operation is than in the clone beside this one: below 1, it is faster."""
    ours, theirs = (of(named(rows, name), what, figure) for name in (OURS, BESIDE))
    return ratios(theirs, ours) if figure == "rate" else ratios(ours, theirs)
