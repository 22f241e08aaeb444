"""The figures of the systems in words: for the page, and for a terminal where two clones are compared."""

from typing import Any

from benchmarks import api
from benchmarks.figures import facts, named, of, ratios, spread, table

Results = dict[str, Any]
# Of one request, and what it is called in a table of two clones.
FIGURES = {
    "p50": "p50, ms",
    "rate": "requests a second",
    "cpu": "server's CPU, ms",
    "inside": "in the process, ms",
    "inside_cpu": "CPU in the process, ms",
    "calls": "calls of functions",
    "statements": "statements of SQL",
}


def of_api(results: Results) -> dict[str, object]:
    """What page.md asks for."""
    ours, plan = named(results["rows"], api.OURS), results["plan"]
    times = ["p50, ms", "beside the empty view", f"requests a second, {plan['clients']} clients"]
    return {
        "api_facts": facts(results),
        "api_query": api.LEVELS,
        "api_most": api.MOST_EMPTY_VIEWS,
        **{f"api_{name}": plan[name] for name in ("rounds", "alone", "clients")},
        "api_times": table(["", *times], lines(ours, "p50", "rate")),
        "api_inside": table(
            ["", "CPU, ms", "beside the empty view", "calls", "SQL"], lines(ours, "inside_cpu", "calls", "statements")
        ),
    }


def lines(row: Results, timed: str, *counted: str) -> list[list[str]]:
    """For each operation its time, how many empty views that is, and its other figures."""
    return [
        [
            what,
            spread(of(row, what, timed), 2),
            spread(ratios(of(row, what, timed), of(row, api.EMPTY, timed)), 1),
            *(spread(of(row, what, figure)) for figure in counted),
        ]
        for what in api.OPERATIONS
    ]


def beside(results: Results) -> str:
    """A table for each figure: the other clone, this one, and in how far this one is slower in the same rounds."""
    return "\n\n".join(of_both(results["rows"], *figure) for figure in FIGURES.items()).replace("&nbsp;", " ")


def of_both(rows: list[Results], figure: str, title: str) -> str:
    names = (api.BESIDE, api.OURS)
    lines = [[what, *(spread(of(named(rows, name), what, figure), 2) for name in names)] for what in api.OPERATIONS]
    if figure != "statements":  # of which the empty view has none
        for line in lines:
            line.append(spread(api.slower(rows, line[0], figure), 2))
    return table([title, *names, *["times slower"] * (figure != "statements")], lines)
