"""The benchmark's page of the book: page.md with the figures of results.json. The same results give the same page."""

import statistics
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from string import Template
from typing import Any

from benchmarks import cache_peers, graphs, limiter_peers
from nexus import paths

Results = dict[str, Any]
TEMPLATE = Path(__file__).with_name("page.md")
PAGE = paths.ROOT / "book" / "benchmarks.md"


def render(results: Results) -> str:
    """The page, from the results of all parts."""
    words: dict[str, object] = {}
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
        "limiter_facts": facts(results["facts"]),
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
    others = [
        row for row in rows if row["name"] not in (limiter_peers.FLOOR, limiter_peers.OURS, limiter_peers.PATIENT)
    ]
    race, edge = plan["race_limit"], plan["edge_limit"]
    return "\n\n".join(
        [
            listed(
                "Took less time a hit than ours, as a share of ours:",
                better((row["name"], ratios(row["new"], ours["new"])) for row in others),
                "None but the floor took less time a hit than ours.",
            ),
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
        ]
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
        "cache_facts": facts(results["facts"]),
        "cache_crowd": loads(rows, "crowd", []),
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
    few = 2 * statistics.median(of(ours, "crowd", "computed"))
    once = [row for row in rows if statistics.median(of(row, "crowd", "computed")) <= few]
    return "\n\n".join(
        [
            listed("Never gave an old answer after a clear:", ((row["name"], "") for row in right), ""),
            listed("Computed about once an expiry under the crowd:", ((row["name"], "") for row in once), ""),
            *(
                listed(
                    f"Did better than ours in {what}, as a share of ours:",
                    better((told(row), ratios(of(row, part, name), of(ours, part, name))) for row in others),
                    f"None of the others did better than ours in {what}.",
                )
                for what, part, name in BETTER
            ),
        ]
    )


BETTER = (
    ("computations under the crowd", "crowd", "computed"),
    ("p99 under the crowd", "crowd", "p99"),
    ("computations with the writer", "changes", "computed"),
    ("p99 with the writer", "changes", "p99"),
)


def of(row: Results, part: str, name: str) -> list[float]:
    return [seen[name] for seen in row[part]]


def told(row: Results) -> str:
    """The name, and what its speed is worth."""
    return f"{row['name']}{' (gave old answers)' if stale(row) else ''}"


def stale(row: Results) -> int:
    return sum(seen["stale"] for part in ("crowd", "changes", "held") for seen in row[part])


# --- graphql


def of_graphql(results: Results) -> dict[str, object]:
    rows, plan = results["rows"], results["plan"]
    ours, floor = (of(named(rows, name), "rounds", "took") for name in (graphs.OURS, graphs.FLOOR))
    costs, times, slower = [], [], []
    for row in rows:
        took = of(row, "rounds", "took")
        beside = [spread(ratios(took, other), 2) for other in (floor, ours)]
        slowest = f"{max(of(row, 'rounds', 'slowest')):,.0f}"
        costs.append([row["name"], f"{row['queries']:,}", f"{row['bytes']:,}"])
        times.append([row["name"], spread(took), *beside, slowest])
        slower.append((row["name"], ratios(took, ours)))
    return {
        **{f"graphql_{name}": plan[name] for name in ("rounds", "requests", "customers", "orders", "lines")},
        "graphql_facts": facts(results["facts"]),
        "graphql_query": graphs.QUERY.strip(),
        "graphql_costs": table(["", "Queries", "Bytes"], costs),
        "graphql_times": table(["", "ms", "beside the floor", "beside ours", "slowest"], times),
        "graphql_reading": listed(
            "Took less time than ours, as a share of ours:", better(slower), "None took less time than ours."
        ),
    }


# --- starts


def of_starts(results: Results) -> dict[str, object]:
    lines = []
    for row in results["rows"]:
        ours, theirs = ([pair[place] for pair in row["pairs"]] for place in (0, 1))
        lines.append([row["ours"], spread(ours, 2), row["theirs"], spread(theirs, 2), spread(ratios(ours, theirs), 2)])
    return {
        "start_facts": facts(results["facts"]),
        "start_rounds": results["plan"]["rounds"],
        "start_times": table(["Ours", "s", "The other", "s", "Ratio"], lines),
    }


PARTS = {"limiters": of_limiters, "caches": of_caches, "graphql": of_graphql, "starts": of_starts}


# --- words for figures


def named(rows: Iterable[Results], name: str) -> Results:
    return next(row for row in rows if row["name"] == name)


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Round by round: what disturbed one round disturbed both."""
    return [one / other for one, other in zip(ours, theirs, strict=True)]


def better(rows: Iterable[tuple[str, Sequence[float]]]) -> Iterator[tuple[str, str]]:
    """Those with a median ratio below one. Who is ahead by chance is so in about half of the rounds."""
    for name, seen in rows:
        if statistics.median(seen) < 1:
            yield name, f"{spread(seen, 2)}; less in {sum(one < 1 for one in seen)} of {len(seen)} rounds"


def spread(values: Sequence[float], digits: int = 0) -> str:
    """The median, then the lowest and the highest, where they differ."""
    middle, least, most = (f"{value:,.{digits}f}" for value in (statistics.median(values), min(values), max(values)))
    return middle if least == most else f"{middle} ({least}&nbsp;to&nbsp;{most})"


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Names on the left, figures on the right."""
    rules = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rules, *lines))


def listed(lead: str, rows: Iterable[tuple[str, str]], otherwise: str) -> str:
    items = [f"- **{name}**{f', {figure}' if figure else ''}" for name, figure in rows]
    return "\n".join([lead, "", *items]) if items else otherwise


def facts(known: Results) -> str:
    """One paragraph: when, on what, with which versions."""
    versions = [*known["servers"], *(f"{name} {version}" for name, version in known["packages"].items())]
    return (
        f"Measured on {known['date']} on {known['machine']} with {known['cores']} cores and Python {known['python']}, "
        f"with {', '.join(versions[:-1])} and {versions[-1]}. "
        f"The load average was {known['busy']} when it began."
    )
