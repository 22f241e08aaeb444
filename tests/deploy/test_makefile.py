"""What `make` takes: arguments of its own command line, and parts of the slow tests that are all of them."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from nexus import paths

MAKEFILE = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
FOLDERS = dict(re.findall(r"^PROVE_([\w-]+) := (.*)$", MAKEFILE, re.MULTILINE))
SLOW = "pytest.mark." + "prove"


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What make would do."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--dry-run", "--no-print-directory", *arguments]
    return subprocess.run(
        command, cwd=paths.ROOT, env={**inherited, **environment}, capture_output=True, encoding="utf-8", check=False
    )


@pytest.mark.parametrize("name", ["NAME", "K", "JOBS", "PART", "PORT", "REDRAW"])
@pytest.mark.parametrize("goal", ["run", "check", "test", "prove", "systems"])
def test_the_environment_gives_no_arguments(goal: str, name: str) -> None:
    done = make(goal, **{name: "from-somewhere"})
    assert done.returncode == 0, done.stderr
    assert "from-somewhere" not in done.stdout


def test_names_jobs_and_an_expression_reach_the_check() -> None:
    command = make("check", "NAME=20 21", "K=a or b", "JOBS=3").stdout.splitlines()[-1]
    assert command.endswith('nexus check 20 21 -k "a or b" --jobs 3')


def test_an_expression_leaves_the_tests_that_it_names_alone() -> None:
    lines = make("test", "K=lua", "JOBS=3").stdout.splitlines()
    assert [line.partition(" -m ")[2] for line in lines if "pytest" in line] == ['pytest -n 3 -k "lua" tests']
    assert not [line for line in lines if "ruff" in line or "mypy" in line]


def test_lint_and_types_come_before_the_tests() -> None:
    done = make("test").stdout
    assert done.index("ruff") < done.index("mypy") < done.index("lint-imports") < done.index("pytest")


def test_one_part_runs_alone_and_all_run_one_after_another() -> None:
    assert make("prove", "PART=book").stdout.count("-m prove") == 1
    assert make("prove").stdout.count("-m prove") == len(FOLDERS)


def test_an_unknown_part_is_one_line_that_lists_the_parts() -> None:
    done = make("prove", "PART=bok")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert f"there is no part bok of the slow tests: choose one of {' '.join(FOLDERS)}" in line


def test_each_slow_test_is_in_one_part() -> None:
    slow = {path for path in (paths.ROOT / "tests").rglob("test_*.py") if SLOW in path.read_text(encoding="utf-8")}
    assert slow
    found = {path.name: [part for part in FOLDERS if is_in(path, FOLDERS[part])] for path in slow}
    assert {name: parts for name, parts in found.items() if len(parts) != 1} == {}


def is_in(path: Path, part: str) -> bool:
    """Whether pytest, with the arguments of this part, looks into the file."""
    ignored = re.findall(r"--ignore (\S+)", part)
    named = [word for word in part.split() if word.startswith("tests/") and word not in ignored]
    below = [path.is_relative_to(paths.ROOT / word) for word in named]
    return any(below) and path not in [paths.ROOT / word for word in ignored]


def test_the_parts_run_side_by_side_each_week() -> None:
    weekly = yaml.safe_load((paths.ROOT / ".github/workflows/weekly.yml").read_text(encoding="utf-8"))
    assert weekly["jobs"]["prove"]["strategy"]["matrix"]["part"] == list(FOLDERS)
