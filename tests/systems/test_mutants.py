"""The services that matter most are changed in one place at a time, and some test must notice each change.

mutmut makes the changes (mutants) in a copy of the code and the tests. For each it forks a process, which runs the
tests that reach the changed function. Changes that no test notices are in mutants/survivors.toml, with the reason.
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from nexus import paths

HERE = Path(__file__).parent / "mutants"
SURVIVORS = tomllib.loads((HERE / "survivors.toml").read_text(encoding="utf-8"))["survivor"]
# The modules, and the tests that must notice a change in each: quick ones, which call it in their own process.
TESTS = {
    "systems/bookings/services.py": [
        "test_booking_services.py",
        "test_booking_retries.py",
        "test_bookings.py",
        "test_pending.py",
    ],
    "systems/accounts/services.py": [
        "test_account_services.py",
        "test_accounts.py",
        "test_clean_up.py",
        "test_signing_in.py",
    ],
    "systems/core/cursor.py": ["test_cursor.py", "test_listing_pages.py", "test_listings.py"],
}
NOTICED = {"killed", "timeout"}  # a change that makes a test go on forever is noticed, too
SETTINGS = """
[tool.mutmut]
source_paths = ["systems"]
only_mutate = ["{module}"]
pytest_add_cli_args = ["-p", "no:unraisableexception", "-p", "no:threadexception"]  # they look through all of memory
pytest_add_cli_args_test_selection = {tests}
timeout_constant = 10  # on a busy machine
use_git_change_detection = false
use_setproctitle = false

[tool.pytest.ini_options]
markers = ["prove"]
"""
# A change here must survive. If it does not, tests fail for another reason, and all others are noticed for nothing.
CONTROL = "\n\ndef control() -> int:\n    return 1\n"
TEST_OF_CONTROL = "from {module} import control\n\n\ndef test_control():\n    control()\n"


class Mutant(NamedTuple):
    """A change: the function, and the line before and after. Changes elsewhere leave all this as it is."""

    module: str
    function: str
    was: str
    became: str


@dataclass
class Mutmut:
    """mutmut, installed in `packages`, at work on the copy in `folder`."""

    packages: Path
    folder: Path

    def __call__(self, *command: str) -> str:
        ours = {
            "NEXUS_HOME": str(paths.home()),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_XDIST_WORKER": f"mutants-{os.environ.get('PYTEST_XDIST_WORKER', '')}",  # so it has its own room
            "PYTHONPATH": str(self.packages),
        }
        done = subprocess.run(
            [sys.executable, "-m", "mutmut", *command],
            cwd=self.folder,
            env={**os.environ, **ours},
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
        return done.stdout

    def outcomes(self, module: str) -> dict[str, str]:
        """Change the module in every way, and return what became of each mutant, by name."""
        name, tests = module.removesuffix(".py").replace("/", "."), self.folder / "tests" / "systems"
        with (self.folder / module).open("a", encoding="utf-8") as changed:
            changed.write(CONTROL)
        (tests / "test_control.py").write_text(TEST_OF_CONTROL.format(module=name), encoding="utf-8")
        selection = json.dumps([f"tests/systems/{test}" for test in [*TESTS[module], "test_control.py"]])
        (self.folder / "pyproject.toml").write_text(SETTINGS.format(module=module, tests=selection), encoding="utf-8")
        self("run", "--max-children", "1")  # they share the room
        return dict(line.strip().split(": ") for line in self("results", "--all", "true").splitlines())

    def mutant(self, module: str, name: str) -> Mutant:
        """The mutant by this name, such as systems.core.cursor.xǁCursorǁread__mutmut_3 or ....x__value__mutmut_1."""
        function = name.rpartition(".x")[2].rpartition("__mutmut_")[0][1:].replace("ǁ", ".")
        lines = self("show", name).partition("@@")[2].splitlines()
        was, became = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
        return Mutant(module, function, was, became)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mutmut")
    install = ["uv", "pip", "install", "-q", "--no-deps", "--require-hashes", "-r", str(HERE / "mutmut.lock")]
    subprocess.run([sys.executable, "-m", *install, "--target", str(folder)], check=True)
    return folder


@pytest.fixture
def mutmut(packages: Path, tmp_path: Path) -> Mutmut:
    for part in ("systems", "tests/systems"):
        shutil.copytree(paths.ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    return Mutmut(packages, tmp_path)


def listed(what: str, mutants: Counter[Mutant]) -> str:
    lines = [f"  {one.module}, {one.function}: {one.was}  ->  {one.became}" for one in sorted(mutants)]
    return "\n".join([f"{what} tests/systems/mutants/survivors.toml:", *lines])


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("module", TESTS)
def test_each_change_is_noticed_by_a_test_or_excused(mutmut: Mutmut, module: str) -> None:
    outcomes = mutmut.outcomes(module)
    control = {name: outcomes.pop(name) for name in list(outcomes) if ".x_control__" in name}
    assert set(control.values()) == {"survived"}, "the tests fail whatever is changed, so this proves nothing"
    counts = Counter(outcomes.values())
    print(f"{module}: {counts.total()} mutants, of which", ", ".join(f"{n} {what}" for what, n in counts.items()))
    assert counts["killed"]
    found = Counter(mutmut.mutant(module, name) for name, outcome in outcomes.items() if outcome not in NOTICED)
    known = Counter(Mutant(*map(one.get, Mutant._fields)) for one in SURVIVORS if one["module"] == module)
    assert not found - known, listed("no test notices, so write one, or give the reason in", found - known)
    assert not known - found, listed("noticed by now, or not made any more, so take it out of", known - found)


@pytest.mark.parametrize("one", SURVIVORS, ids=lambda one: one["function"])
def test_an_excused_change_can_still_be_made_and_has_a_reason(one: dict[str, str]) -> None:
    assert one["module"] in TESTS
    lines = [line.strip() for line in (paths.ROOT / one["module"]).read_text(encoding="utf-8").splitlines()]
    assert one["was"] in lines, "the line is not there any more: `make prove` tells what to put for it"
    assert len(one["why"].split()) > 3
