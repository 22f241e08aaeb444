"""The benchmark's page of the book: page.md with the figures of results.json. The same results give the same page."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

from benchmarks import api_tables, cache_peers, graphs, limiter_peers, quiet
from benchmarks.figures import facts, listed, named, of, paragraphs, ratios, spread, table, verdict, verdicts
from nexus import paths

Results = dict[str, Any]
TEMPLATE = Path(__file__).with_name("page.md")
PAGE = paths.ROOT / "book" / "benchmarks.md"


def render(results: Results) -> str:
    """The page, from the results of all parts."""
    words: dict[str, object] = {"watched": f"{quiet.SECONDS:g}", "most_busy": f"{quiet.MOST:.0%}"}
    for name, words_of in PARTS.items():
        words |= words_of(results[name])
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(words)


# --- limiters


def of_limiters(results: Results) -> dict[str, object]:
    rows, plan = results["rows"], results["plan"]
    counts = [[row["name"], spread(row["race"]), spread(row["edge"])] for row in rows]
    may = [
        f"All at once, {plan['race_limit']} may",
        f"In the worst {plan['edge_period']} s, {plan['edge_limit']} may",
    ]
    return {
        **{name: plan[name] for name in ("hits", "rounds", "racers", "race_limit", "edge_limit", "edge_period")},
        "history": f"{plan['history']:,}",
        "edge_promise": f"up to {2 * plan['edge_limit'] - 1}",
        "limiter_facts": facts(results),
        "limiter_costs": costs(rows, plan),
        "limiter_counts": table(["", *may], counts),
        "limiter_reading": limiter_reading(rows, plan),
    }


def costs(rows: Sequence[Results], plan: Results) -> str:
    floor = named(rows, limiter_peers.FLOOR)
    head, lines = [""], [[row["name"]] for row in rows]
    for part, title in (("new", "New guest"), ("full", f"After {plan['history']:,} hits")):
        head += [title, "beside the floor"]
        for line, row in zip(lines, rows, strict=True):
            line += [spread(row[part]), spread(ratios(row[part], floor[part]), 2)]
    return table(head, lines)


def limiter_reading(rows: Sequence[Results], plan: Results) -> str:
    ours = named(rows, limiter_peers.OURS)
    others = [row for row in rows if row["name"] not in (limiter_peers.OURS, limiter_peers.PATIENT)]
    race, edge = plan["race_limit"], plan["edge_limit"]
    return paragraphs(
        verdicts("the time of a new guest's hit", [(row["name"], ratios(row["new"], ours["new"])) for row in others]),
        listed(
            f"Let more than {race} pass in a race:",
            ((row["name"], spread(row["race"])) for row in rows if max(row["race"]) > race),
            f"None let more than {race} pass in a race.",
        ),
        listed(
            f"Kept to {edge} in the worst stretch:",
            ((row["name"], spread(row["edge"])) for row in rows if max(row["edge"]) <= edge),
            f"None kept to {edge} in the worst stretch.",
        ),
    )


# --- caches


def of_caches(results: Results) -> dict[str, object]:
    rows, plan = results["rows"], results["plan"]
    changes = plan["changes"]
    return {
        **{name: plan[name] for name in ("ttl", "readers", "rate")},
        "cache_rounds": plan["rounds"],
        "lasts": f"{plan['lasts']:g}",
        "work": round(plan["seconds"] * 1000),
        "pairs": len(changes) // 2,
        "apart": round((changes[1] - changes[0]) * 1000),
        "trials": plan["trials"] * plan["rounds"],
        "cache_facts": facts(results),
        "cache_concurrent": loads(rows, "concurrent", []),
        "cache_changes": loads(rows, "changes", ["stale"]),
        "cache_held": held(rows, plan),
        "cache_reading": cache_reading(rows),
    }


def loads(rows: Sequence[Results], part: str, more: Sequence[str]) -> str:
    ours = named(rows, cache_peers.OURS)
    lines = [
        [
            row["name"],
            *(spread(of(row, part, name)) for name in more),
            spread(of(row, part, "computed")),
            spread(of(row, part, "p99")),
            spread(ratios(of(row, part, "p99"), of(ours, part, "p99")), 2),
        ]
        for row in rows
    ]
    first = [f"Stale of {of(ours, part, 'reads')[0]:,} reads" for _ in more]
    return table(["", *first, "Computations", "p99, ms", "p99 beside ours"], lines)


def held(rows: Sequence[Results], plan: Results) -> str:
    trials = plan["trials"] * plan["rounds"]
    lines = [
        [row["name"], f"{sum(of(row, 'held', 'stale'))} of {trials}", spread(of(row, "held", "lasted"), 2)]
        for row in rows
    ]
    return table(["", "Old answers", "Lasted, s"], lines)


def cache_reading(rows: Sequence[Results]) -> str:
    ours = named(rows, cache_peers.OURS)
    others = [row for row in rows if row["name"] != cache_peers.OURS]
    right = [row for row in rows if row["name"] != cache_peers.FLOOR and not stale(row)]
    few = 2 * statistics.median(of(ours, "concurrent", "computed"))
    once = [row for row in rows if statistics.median(of(row, "concurrent", "computed")) <= few]
    return paragraphs(
        listed("Never gave an old answer after a clear:", ((row["name"], "") for row in right), ""),
        listed("Computed about once an expiry under concurrent readers:", ((row["name"], "") for row in once), ""),
        *(
            verdicts(what, [(with_its_worth(row), ratios(of(row, part, name), of(ours, part, name))) for row in others])
            for what, part, name in COMPARED
        ),
    )


COMPARED = (
    ("computations under concurrent readers", "concurrent", "computed"),
    ("p99 under concurrent readers", "concurrent", "p99"),
    ("computations with the writer", "changes", "computed"),
    ("p99 with the writer", "changes", "p99"),
)


def with_its_worth(row: Results) -> str:
    """The name, and what its speed is worth."""
    return f"{row['name']}{' (gave old answers)' if stale(row) else ''}"


def stale(row: Results) -> int:
    return sum(seen["stale"] for part in ("concurrent", "changes", "held") for seen in row[part])


# --- graphql


def of_graphql(results: Results) -> dict[str, object]:
    rows, plan = results["rows"], results["plan"]
    ours, floor = (of(named(rows, name), "rounds", "took") for name in (graphs.OURS, graphs.FLOOR))
    costs, times, beside_ours = [], [], []
    for row in rows:
        took = of(row, "rounds", "took")
        beside = [spread(ratios(took, other), 2) for other in (floor, ours)]
        slowest = f"{max(of(row, 'rounds', 'slowest')):,.0f}"
        costs.append([row["name"], f"{row['queries']:,}", f"{row['bytes']:,}"])
        times.append([row["name"], spread(took), *beside, slowest])
        if row["name"] != graphs.OURS:
            beside_ours.append((row["name"], ratios(took, ours)))
    return {
        **{f"graphql_{name}": plan[name] for name in ("rounds", "requests", "customers", "orders", "lines")},
        "graphql_facts": facts(results),
        "graphql_query": graphs.QUERY.strip(),
        "graphql_costs": table(["", "Queries", "Bytes"], costs),
        "graphql_times": table(["", "ms", "beside the floor", "beside ours", "slowest"], times),
        "graphql_reading": verdicts("time", beside_ours),
    }


# --- starts


def of_starts(results: Results) -> dict[str, object]:
    lines = []
    for row in results["rows"]:
        ours, theirs = ([pair[place] for pair in row["pairs"]] for place in (0, 1))
        ratio = ratios(ours, theirs)
        quicker = verdict(ratio, "ours", "the other")
        lines.append([row["ours"], spread(ours, 2), row["theirs"], spread(theirs, 2), spread(ratio, 2), quicker])
    return {
        "start_facts": facts(results),
        "start_rounds": results["plan"]["rounds"],
        "start_times": table(["Ours", "s", "The other", "s", "Ratio", "Quicker"], lines),
        "systems_times": table(["", "s", "At most", "Kept"], [of_bound(row) for row in results["systems"]]),
    }


def of_bound(row: Results) -> list[str]:
    bound, middle = row["bound"], statistics.median(row["seconds"])
    judged = [f"{bound:g}", "yes" if middle <= bound else "no"] if bound else ["", ""]
    return [row["name"], spread(row["seconds"], 2), *judged]


PARTS = {
    "limiters": of_limiters,
    "caches": of_caches,
    "graphql": of_graphql,
    "starts": of_starts,
    "api": api_tables.of_api,
}
