"""Words for figures: medians with their range, ratios and what they tell, tables and lists."""

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks import quiet

Results = dict[str, Any]
MOST = 0.9  # of the rounds, for a verdict


def named(rows: Iterable[Results], name: str) -> Results:
    return next(row for row in rows if row["name"] == name)


def of(row: Results, part: str, name: str) -> list[float]:
    """One figure of a part, from each round."""
    return [seen[name] for seen in row[part]]


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Round by round: what disturbed one round disturbed both."""
    return [one / other for one, other in zip(ours, theirs, strict=True)]


def less(seen: Sequence[float]) -> bool:
    """Ratios of all rounds: were they below one in nine of ten?

    A sign test would say the same: of 20 rounds, chance puts 18 on one side once in 2,500 times. Of 5, where all must
    be, it does so once in 16 times, so few rounds prove little.
    """
    return sum(one < 1 for one in seen) >= MOST * len(seen)


def draw(seen: Sequence[float]) -> bool:
    """Ratios of all rounds: were fewer than nine of ten on one side of one?"""
    return not less(seen) and sum(one > 1 for one in seen) < MOST * len(seen)


def verdicts(what: str, rows: Sequence[tuple[str, Sequence[float]]]) -> str:
    """Who did better than ours, and who drew. rows: names, with the ratios to ours of all rounds."""
    better = [(name, f"{spread(seen, 2)}; {how_often(seen)}") for name, seen in rows if less(seen)]
    draws = [(name, f"{spread(seen, 2)}; {how_often(seen)}") for name, seen in rows if draw(seen)]
    return paragraphs(
        listed(f"Did better than ours in {what}, as a share of ours:", better, f"None did better than ours in {what}."),
        listed(f"A draw with ours in {what}:", draws, ""),
    )


def how_often(seen: Sequence[float]) -> str:
    return f"less in {sum(one < 1 for one in seen)} of {len(seen)} rounds"


def verdict(seen: Sequence[float], ours: str, theirs: str) -> str:
    """One word for the ratios, ours to theirs, of all rounds: whose figure is the smaller one."""
    return "a draw" if draw(seen) else ours if less(seen) else theirs


def spread(values: Sequence[float], digits: int = 0) -> str:
    """The median, then the lowest and the highest, where they differ. digits: after the point, below ten."""
    shown = (statistics.median(values), min(values), max(values))
    middle, least, most = (f"{value:,.{digits if value < 10 else min(digits, 1)}f}" for value in shown)
    return middle if least == most else f"{middle} ({least}&nbsp;to&nbsp;{most})"


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Names on the left, figures on the right."""
    rules = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rules, *lines))


def listed(lead: str, rows: Iterable[tuple[str, str]], otherwise: str) -> str:
    items = [f"- **{name}**{f', {figure}' if figure else ''}" for name, figure in rows]
    return "\n".join([lead, "", *items]) if items else otherwise


def paragraphs(*texts: str) -> str:
    """Those that are not empty, an empty line between them."""
    return "\n\n".join(filter(None, texts))


def facts(results: Results) -> str:
    """One paragraph about a part: when, on what, with which versions, and what else ran."""
    known = results["facts"]
    versions = [*known["servers"], *(f"{name} {version}" for name, version in known["packages"].items())]
    return (
        f"Measured on {known['date']} on {known['machine']} with {known['cores']} cores and Python {known['python']}, "
        f"with {', '.join(versions[:-1])} and {versions[-1]}. {quiet.said(results['others'])}"
    )
