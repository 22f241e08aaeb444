"""`make bench` measures on a quiet machine, and ends in one line where it cannot."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from benchmarks import __main__ as command
from benchmarks import page, quiet, starts
from nexus import paths
from nexus.errors import ServiceError


class Bench:
    """The command, on a folder of its own, with a measurement of starts that takes no time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path, stored: dict[str, Any]) -> None:
        self.others, self.faults, self.measured, self.folder = 0.0, list[str](), 0, folder
        self.first_looks = list[float]()
        self.results, self.page = folder / "results.json", folder / "page.md"
        self.starts = {name: value for name, value in stored["starts"].items() if name != "others"}
        self.results.write_text(json.dumps(stored), encoding="utf-8")
        monkeypatch.setattr(command, "STORED", self.results)
        monkeypatch.setattr(page, "PAGE", self.page)
        monkeypatch.setattr(paths, "ROOT", folder)
        monkeypatch.setattr(
            quiet, "used_by_others", lambda: self.first_looks.pop() if self.first_looks else self.others
        )
        monkeypatch.setattr(starts, "measure", self.measure)
        monkeypatch.setattr(starts, "faults", lambda results: self.faults)

    def measure(self) -> dict[str, Any]:
        self.measured += 1
        return self.starts

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(command.main, ["starts", *arguments])


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stored: dict[str, Any]) -> Bench:
    return Bench(monkeypatch, tmp_path, stored)


def test_a_fault_is_one_line_and_writes_nothing(bench: Bench) -> None:
    before, bench.faults = bench.results.read_text(encoding="utf-8"), ["too slow"]
    ended = bench.run()
    assert (ended.exit_code, ended.output.splitlines()) == (1, ["Error: starts: too slow"])
    assert bench.results.read_text(encoding="utf-8") == before
    assert not bench.page.exists()


def test_a_server_that_is_missing_ends_the_command_in_one_line(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> dict[str, Any]:
        raise ServiceError("rabbitmq-server is missing")

    monkeypatch.setattr(starts, "measure", missing)
    ended = bench.run()
    assert (ended.exit_code, ended.output.splitlines()) == (1, ["Error: starts: rabbitmq-server is missing"])


def test_a_busy_machine_is_refused_before_measuring(bench: Bench) -> None:
    before, bench.others = bench.results.read_text(encoding="utf-8"), 0.61
    ended = bench.run()
    (line,) = ended.output.splitlines()
    assert line.startswith("Error: starts: other processes use 61% of all cores")
    assert (ended.exit_code, bench.measured, bench.page.exists()) == (1, 0, False)
    assert bench.results.read_text(encoding="utf-8") == before


def test_with_busy_the_page_says_the_machine_was_busy(bench: Bench) -> None:
    bench.others = 0.61
    assert bench.run("--busy").exit_code == 0
    assert (bench.measured, json.loads(bench.results.read_text(encoding="utf-8"))["starts"]["others"]) == (1, 0.61)
    assert "used 61% of all cores. That is busy" in bench.page.read_text(encoding="utf-8")


def test_a_quiet_machine_is_measured_on(bench: Bench) -> None:
    bench.others = quiet.MOST
    assert bench.run().exit_code == 0
    assert bench.measured == 1
    assert "used 20% of all cores.\n" in bench.page.read_text(encoding="utf-8")


@pytest.mark.parametrize(("looks", "measured"), [(quiet.LOOKS - 1, 1), (quiet.LOOKS, 0)])
def test_what_ends_soon_is_waited_for(bench: Bench, looks: int, measured: int) -> None:
    bench.first_looks = [0.61] * looks
    assert (bench.run().exit_code, bench.measured) == (1 - measured, measured)


def test_another_process_that_never_rests_is_seen() -> None:
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        assert quiet.used_by_others(0.5) > 0.5 / (os.cpu_count() or 1)
    finally:
        other.kill()
        other.wait()
