"""Each requirement is used: by an import, by its name in a command or setting, or for the reason beside it."""

import re
from collections import defaultdict
from importlib.metadata import packages_distributions

import pytest

from nexus import paths

LINES = [
    line
    for file in sorted(paths.ROOT.glob("requirements*.in"))
    for line in file.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith(("#", "-"))
]
SOURCES = ("nexus", "systems", "exercises", "benchmarks", "tests", "book/_ext", "notebooks")
SETTINGS = ("Makefile", "_config.yml", "pyproject.toml", "postBuild", "start", "conftest.py")


def code() -> str:
    files = [file for folder in SOURCES for kind in ("*.py", "*.ipynb") for file in (paths.ROOT / folder).rglob(kind)]
    return "\n".join(file.read_text(encoding="utf-8") for file in files if file.name != "test_requirements.py")


CODE = code()
NAMED = "\n".join((paths.ROOT / file).read_text(encoding="utf-8") for file in SETTINGS)
MODULES: dict[str, set[str]] = defaultdict(set)
for module, distributions in packages_distributions().items():
    for distribution in distributions:
        MODULES[re.sub(r"[-_.]+", "-", distribution).lower()].add(module)


def is_used(requirement: str) -> bool:
    names = {requirement, *MODULES[requirement]}
    return any(
        re.search(rf'^\W*(?:import|from) {re.escape(name)}\b|["/]{re.escape(name)}[".]', CODE, re.MULTILINE)
        or re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", NAMED)
        for name in names
    )


@pytest.mark.parametrize("line", LINES, ids=lambda line: re.split(r"[^\w-]", line)[0])
def test_a_requirement_is_used_or_says_what_for(line: str) -> None:
    name = re.split(r"[^\w-]", line)[0].lower()
    assert is_used(name) or "#" in line, f"nothing imports or names it: take {name} out, or say beside it what for"
