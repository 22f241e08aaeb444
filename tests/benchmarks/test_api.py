"""The systems' own costs: what is measured is there, and what is too slow is an error."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks import __main__ as command
from benchmarks import api, api_site, api_tables, quiet
from nexus import paths
from nexus.errors import NexusError

SMALL = api.Plan(rounds=1, alone=2, clients=2, lasts=0.1, warm=0.1)
ROUNDS = 10
Rows = list[dict[str, Any]]


def rows(slower: list[float], figure: str = "p50") -> Rows:
    """Two clones, of which this one is so many times slower at a page in each round."""
    found: Rows = [
        {"name": name, **{what: [figures(what) for _ in range(ROUNDS)] for what in api.OPERATIONS}}
        for name in (api.OURS, api.BESIDE)
    ]
    for seen, times in zip(found[0][api.PAGE], slower, strict=True):
        seen[figure] = seen[figure] / times if figure == "rate" else seen[figure] * times
    return found


def figures(what: str) -> dict[str, float]:
    inside = 0.1 if what == api.EMPTY else 1.0
    return {
        "p50": 2.0,
        "rate": 500.0,
        "cpu": 1.5,
        "inside": inside,
        "inside_cpu": inside,
        "calls": 900,
        "statements": 1,
    }


@pytest.mark.prove
def test_each_operation_is_measured() -> None:
    (row,) = api.compare({api.OURS: paths.ROOT}, SMALL)
    seen = {what: row[what] for what in api.OPERATIONS}
    assert {len(rounds) for rounds in seen.values()} == {1}
    assert {what: rounds[0]["statements"] for what, rounds in seen.items()} == {
        api.EMPTY: 0, api.PAGE: 1, api.LISTING: 1, api.BOOKING: 8, api.QUERY: 5
    }  # fmt: skip
    assert min(value for (one,) in seen.values() for name, value in one.items() if name != "statements") > 0


def test_a_page_that_costs_too_many_empty_views_is_a_fault() -> None:
    (fault,) = api.faults({"rows": rows([16.0] * ROUNDS, "inside_cpu")[:1]})
    assert fault == "a page of listings costs 160.0 empty views, where 15 are enough"


@pytest.mark.parametrize("figure", ["p50", "rate"])
def test_an_operation_slower_than_beside_is_a_fault(figure: str) -> None:
    (fault,) = api.faults({"rows": rows([1.06] * ROUNDS, figure)})
    assert fault == f"a page of listings is 1.06 times as slow as in {api.BESIDE} ({figure})"


NO_FAULT = {
    "as fast": [1.0] * ROUNDS,
    "by less than a twentieth": [1.04] * ROUNDS,
    "now slower, now faster": [1.2] * 8 + [0.9] * 2,
    "faster": [0.5] * ROUNDS,
}


@pytest.mark.parametrize("slower", NO_FAULT.values(), ids=NO_FAULT)
def test_what_is_not_surely_slower_is_no_fault(slower: list[float]) -> None:
    assert api.faults({"rows": rows(slower)}) == []


def test_a_table_of_two_clones_has_both_and_the_ratio() -> None:
    table = api_tables.beside({"rows": rows([0.5] * ROUNDS)})
    assert "| a page of listings | 2.00 | 1.00 | 0.50 |" in table


def test_a_clone_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(NexusError, match=f"{tmp_path} is not installed"):
        api_site.python_of(tmp_path)


# --- the command


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stored: dict[str, Any]) -> Callable[..., Any]:
    """The command beside another clone, whose measurement takes no time."""

    def measure(beside: Path) -> dict[str, Any]:
        return {"facts": stored["starts"]["facts"], "rows": rows([1.1] * ROUNDS)}

    monkeypatch.setattr(api, "measure", measure)
    monkeypatch.setattr(quiet, "used_by_others", lambda: 0.0)
    monkeypatch.setattr(command, "STORED", tmp_path / "results.json")
    return lambda *arguments: CliRunner().invoke(command.main, [*arguments, "--beside", str(tmp_path)])


def test_two_clones_are_printed_and_not_stored(run: Callable[..., Any], tmp_path: Path) -> None:
    ended = run("api")
    assert "| a page of listings | 2.00 | 2.20 | 1.10 |" in ended.output
    assert ended.output.splitlines()[-1].startswith("Error: api: a page of listings is 1.10 times as slow")
    assert list(tmp_path.iterdir()) == []


def test_only_the_systems_have_a_clone_beside_them(run: Callable[..., Any]) -> None:
    ended = run("caches")
    assert (ended.exit_code, "ONLY=api BESIDE=" in ended.output) == (2, True)
