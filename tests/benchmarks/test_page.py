"""The benchmark's page is made of results alone, and compares by one rule."""

import re
from typing import Any

import pytest
import yaml

from benchmarks import cache_peers, graphs, limiter_peers, page, quiet
from benchmarks.figures import named
from nexus import paths

OUR_NAMES = (limiter_peers.OURS, cache_peers.OURS, graphs.OURS)


def test_the_page_is_what_the_stored_results_give(stored: dict[str, Any]) -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.render(stored), "type `make bench ONLY=page`"


def test_another_result_is_another_page(stored: dict[str, Any]) -> None:
    timed(stored, {limiter_peers.OURS: [987.0] * 2, limiter_peers.FLOOR: [100.0] * 2})
    assert "| nexus.Limiter | 987 | 9.87 |" in page.render(stored)


def test_one_that_is_better_than_ours_is_named(stored: dict[str, Any]) -> None:
    for seen in named(stored["caches"]["rows"], "django-cacheops")["concurrent"]:
        seen["p99"] = 0.001
    text = page.render(stored).split("Did better than ours in p99 under concurrent readers")[1]
    assert "- **django-cacheops (gave old answers)**, 0.00" in text.split("\n\n")[1]


@pytest.mark.parametrize(("seconds", "kept"), [([2.4, 2.5, 9.0], "yes"), ([2.4, 2.6, 2.7], "no")])
def test_a_bound_is_kept_by_the_median(stored: dict[str, Any], seconds: list[float], kept: str) -> None:
    stored["starts"]["systems"][1]["seconds"] = seconds
    (line,) = [line for line in page.render(stored).splitlines() if line.startswith('| `nexus.serve("api")`, from')]
    assert line.endswith(f"| 2.5 | {kept} |")


# The rounds of one that is compared, where ours took these.
OURS = [100.0, 200.0, 300.0]
COMPARED = [
    ("better", [90.0, 180.0, 299.0]),  # the ranges of the times overlap; the ratios are below one in every round
    ("a draw", [50.0, 100.0, 301.0]),
    ("a draw", [101.0, 201.0, 299.0]),
    ("a draw", OURS),
    ("a draw", [90.0, 180.0, 300.0]),
    ("worse", [101.0, 210.0, 301.0]),
    ("better", [*[90.0] * 9, 101.0]),  # a round of ten may be disturbed
    ("a draw", [*[90.0] * 8, 101.0, 101.0]),
    ("worse", [*[110.0] * 9, 99.0]),
]


@pytest.mark.parametrize(("verdict", "rounds"), COMPARED)
def test_the_ratio_to_ours_decides(stored: dict[str, Any], verdict: str, rounds: list[float]) -> None:
    name, what = limiter_peers.NAIVE, "ours in the time of a new guest's hit"
    timed(stored, {limiter_peers.OURS: OURS if len(rounds) == len(OURS) else [100.0] * len(rounds), name: rounds})
    text = page.render(stored)
    assert (
        named_in(text, f"Did better than {what}, as a share of ours:", name),
        named_in(text, f"A draw with {what}:", name),
    ) == (
        verdict == "better",
        verdict == "a draw",
    )


@pytest.mark.parametrize(
    ("rounds", "quicker"), [([9.0, 9.9], "ours"), ([9.0, 10.1], "a draw"), ([10.1, 20.0], "the other")]
)
def test_a_start_is_judged_by_its_ratio(stored: dict[str, Any], rounds: list[float], quicker: str) -> None:
    stored["starts"]["rows"] = [{"ours": "A", "theirs": "B", "pairs": [[took, 10.0] for took in rounds]}]
    (line,) = (line for line in page.render(stored).splitlines() if line.startswith("| A |"))
    assert line.endswith(f" | {quicker} |")


def test_ours_is_not_beside_itself_in_a_list(stored: dict[str, Any]) -> None:
    assert [name for name in OUR_NAMES if re.search(rf"- \*\*{name}\b.*rounds", page.render(stored))] == []


def timed(stored: dict[str, Any], rounds: dict[str, list[float]]) -> None:
    """Give some limiters these times of a new guest's hit, and the others as many rounds of 1,000."""
    (length,) = {len(times) for times in rounds.values()}
    for row in stored["limiters"]["rows"]:
        row["new"] = rounds.get(row["name"], [1000.0] * length)
        row["full"] = [1000.0] * length


def named_in(text: str, lead: str, name: str) -> bool:
    """Whether the list under this line has the name."""
    return lead in text and f"- **{name}**" in text.split(f"{lead}\n\n")[1].split("\n\n")[0]


def test_a_part_says_how_busy_the_machine_was(stored: dict[str, Any]) -> None:
    said = []
    for share in (0.03, quiet.MOST, 0.61):
        stored["starts"]["others"] = share
        said += re.findall(
            r"In the 2 s before it began, (.+)", page.render(stored).split("\n## Starts\n")[1].split("\n## ")[0]
        )
    assert said == [
        "other processes used 3% of all cores.",
        "other processes used 20% of all cores.",
        "other processes used 61% of all cores. That is busy, and it was measured all the same.",
    ]


def test_no_figure_of_a_run_is_typed_in() -> None:
    prose = page.TEMPLATE.read_text(encoding="utf-8")
    explained = re.sub(
        r"p50|p99|99 of 100|burst of 1\b|`120 \(110 to 150\)`|([Bb]elow|[Aa]bove|includes) 1\b|BUSY=1|16 KB", "", prose
    )
    assert re.findall(r"\d[\d,.]*", explained) == []


def test_every_contender_is_described() -> None:
    described = re.findall(r"^\*\*(.+)\*\*$", page.TEMPLATE.read_text(encoding="utf-8"), re.MULTILINE)
    contenders: tuple[Any, ...] = (*limiter_peers.CONTENDERS, *cache_peers.CONTENDERS, *graphs.CONTENDERS)
    names = [one.name for one in contenders]
    assert [name for name in names if name not in described and name.split(",")[0] not in described] == []


def test_the_page_is_among_what_one_looks_up() -> None:
    parts = {
        part["caption"]: part for part in yaml.safe_load((paths.ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    }
    assert {"file": "book/benchmarks"} in parts["To look things up"]["chapters"]
