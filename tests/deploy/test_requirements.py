"""The groups of requirements: each one is used, the locks hold them at one version, and a learner's are enough."""

import ast
import json
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from nexus import paths

PYPROJECT = (paths.ROOT / "pyproject.toml").read_text(encoding="utf-8")
GROUPS: dict[str, list[str]] = tomllib.loads(PYPROJECT)["dependency-groups"]
REQUIREMENTS = [Requirement(line) for group in GROUPS.values() for line in group]
LEARNERS, ALL = (
    (paths.ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-all.lock")
)
SOURCES = ("nexus", "systems", "exercises", "benchmarks", "tests", "book/_ext", "notebooks")
LEARNERS_SOURCES = ("nexus", "systems", "exercises", "notebooks")
SETTINGS = ("Makefile", "_config.yml", "pyproject.toml", "postBuild", "start", "conftest.py")


def files(*folders: str) -> list[Path]:
    found = [file for folder in folders for kind in ("*.py", "*.ipynb") for file in (paths.ROOT / folder).rglob(kind)]
    return [file for file in found if file.name != "test_requirements.py"]


def name_of(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


CODE = "\n".join(file.read_text(encoding="utf-8") for file in files(*SOURCES))
NAMED = "\n".join(
    (paths.ROOT / file).read_text(encoding="utf-8").partition("[dependency-groups]")[0] for file in SETTINGS
)
NAMED += PYPROJECT.partition("[tool.ruff]")[2]
MODULES: dict[str, set[str]] = defaultdict(set)
for module, distributions in packages_distributions().items():
    for distribution in distributions:
        MODULES[name_of(distribution)].add(module)


# --- each is used


def is_used(requirement: str) -> bool:
    names = {requirement, *MODULES[requirement]}
    return any(
        re.search(rf'^\W*(?:import|from) {re.escape(name)}\b|["/]{re.escape(name)}[".]', CODE, re.MULTILINE)
        or re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", NAMED)
        for name in names
    )


def reason(name: str) -> str:
    """What is written beside a requirement."""
    line = next(line for line in PYPROJECT.splitlines() if re.match(rf' +"{name}["\[<>=]', line))
    return line.partition("#")[2].strip()


@pytest.mark.parametrize("name", [requirement.name for requirement in REQUIREMENTS])
def test_a_requirement_is_used_or_says_what_for(name: str) -> None:
    assert is_used(name_of(name)) or reason(name), f"nothing imports or names {name}: take it out, or say what for"


# --- the locks


def pinned(lock: str) -> dict[str, str]:
    """For each package its versions, as they are pinned. A package may have one for each Python."""
    found: dict[str, str] = defaultdict(str)
    for name, version in re.findall(r"^([\w.-]+)(?:\[.*?\])?==(\S+)", lock, re.MULTILINE):
        found[name_of(name)] += f"{version} "
    return found


def test_the_locks_agree_in_each_version() -> None:
    everything = pinned(ALL)
    assert {name: everything[name] for name in pinned(LEARNERS)} == pinned(LEARNERS)


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_the_lock_holds_what_a_group_asks_for(requirement: Requirement) -> None:
    versions = pinned(ALL)[name_of(requirement.name)].split()
    assert versions, "type `make lock`"
    assert all(version in requirement.specifier for version in versions), "type `make lock`"


def test_a_learners_lock_is_of_the_groups_lab_and_systems() -> None:
    groups = {name: {name_of(Requirement(line).name) for line in lines} for name, lines in GROUPS.items()}
    learners = groups.pop("lab") | groups.pop("systems")
    assert learners <= pinned(LEARNERS).keys()
    assert {name for group in groups.values() for name in group}.isdisjoint(pinned(LEARNERS))


@pytest.mark.parametrize("lock", [LEARNERS, ALL], ids=["learners", "all"])
def test_a_lock_has_a_hash_for_each_package_and_no_address(lock: str) -> None:
    packages = re.findall(r"^\w.*\n.*", lock, re.MULTILINE)
    assert len(packages) > 100
    assert [package for package in packages if not re.search(r"==.* \\\n    --hash=sha256:", package)] == []
    assert "://" not in lock


# --- a learner's are enough


def imported(file: Path) -> Iterator[str]:
    """The packages that a module or a chapter imports, at its top or anywhere in it."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".ipynb":
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        text = "\n".join(re.sub(r"^[%!].*", "", "".join(cell["source"]), flags=re.MULTILINE) for cell in cells)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def missing(file: Path) -> set[str]:
    """What it imports that is neither Python's, nor ours, nor brought by a learner's lock."""
    known = {*sys.stdlib_module_names, *LEARNERS_SOURCES, "_typeshed", "environment"}
    there = {module for package in pinned(LEARNERS) for module in MODULES[package]}
    return {*imported(file)} - known - there


@pytest.mark.parametrize("folder", LEARNERS_SOURCES)
def test_a_learner_has_all_that_is_imported_in(folder: str) -> None:
    assert {str(file): packages for file in files(folder) if (packages := missing(file))} == {}
