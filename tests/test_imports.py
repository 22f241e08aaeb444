"""Which package may import which. import-linter holds it for plain imports; here is what it does not see."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from nexus import paths

# nexus/__init__.py imports its own modules when they are first used, by names that are in the same file.
MAY_IMPORT_BY_NAME = {"nexus/__init__.py"}
OF_OURS = {"nexus", "exercises", "systems", "tests", "benchmarks"}
A_CHAPTER_MAY_USE = {"nexus", "exercises"}


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (paths.ROOT / folder).rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_nothing_is_imported_by_name() -> None:
    dynamic = {str(path.relative_to(paths.ROOT)) for path in sources("nexus", "exercises", "systems") if by_name(path)}
    assert dynamic <= MAY_IMPORT_BY_NAME


def by_name(path: Path) -> list[str]:
    """The calls that import by a name. A bare `eval` is Python's; `redis.eval` sends a script of Lua."""
    calls = [
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    return [call for call in calls if call in ("__import__", "exec", "eval") or call.endswith("import_module")]


@pytest.mark.parametrize("path", sorted(paths.NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_chapter_imports_nexus_alone(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    names = set(imported(ast.parse(code)))
    ours = {name for name in names if name.split(".")[0] in OF_OURS}
    assert {name.split(".")[0] for name in ours} <= A_CHAPTER_MAY_USE
    assert not [name for name in ours if name.startswith("nexus.")], "a chapter says `import nexus`, no more"


def test_the_installer_needs_the_standard_library_alone() -> None:
    beside = ("install", "environment")  # the second is imported by the first, as the file that is beside it
    sources = [(paths.ROOT / "nexus" / f"{name}.py").read_text(encoding="utf-8") for name in beside]
    names = {name.split(".")[0] for source in sources for name in imported(ast.parse(source))}
    assert names <= {*sys.stdlib_module_names, "environment"}


# What each planted line is, where, and a piece of what the linter must say of it.
PLANTED = {
    "the floor knows an app": (
        "systems/core/errors.py",
        "from systems.accounts.models import User",
        "systems.core is not allowed to import systems.accounts",
    ),
    "the edge knows an app": (
        "systems/api/fields.py",
        "from systems.listings.models import Listing",
        "systems.api is not allowed to import systems.listings",
    ),
    "a cycle of two apps": (
        "systems/listings/selectors.py",
        "from systems.bookings.models import Booking",
        "systems.listings is not allowed to import systems.bookings",
    ),
    "the CRM in the platform": (
        "systems/bookings/selectors.py",
        "from systems.crm.models import Customer",
        "systems.bookings is not allowed to import systems.crm",
    ),
    "HTTP in a service": (
        "systems/reviews/services.py",
        "from systems.api.problems import Problem",
        "systems.reviews.services is not allowed to import systems.api",
    ),
    "a service of REST framework": (
        "systems/crm/services.py",
        "from rest_framework.exceptions import NotFound",
        "systems.crm.services is not allowed to import rest_framework",
    ),
    "a chapter's exercises in another's": (
        "exercises/indexes/unread.py",
        "from exercises.paging.pages import PAGE",
        "exercises.indexes is not allowed to import exercises.paging",
    ),
    "the command line in a server": (
        "nexus/services/ports.py",
        "from nexus.command.display import console",
        "nexus.services is not allowed to import nexus.command",
    ),
    "a chapter's room in a server": (
        "nexus/services/home.py",
        "from nexus.lab import Lab",
        "nexus.services is not allowed to import nexus.lab",
    ),
    "the command line in what a chapter imports": (
        "nexus/limiter.py",
        "from nexus.command.display import console",
        "nexus.limiter is not allowed to import nexus.command",
    ),
}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the linter reads, to plant imports in."""
    folder = tmp_path_factory.mktemp("copied")
    for name in ("nexus", "exercises", "systems", "pyproject.toml"):
        copy = shutil.copy if (paths.ROOT / name).is_file() else shutil.copytree
        copy(paths.ROOT / name, folder / name)
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": "."}, capture_output=True, encoding="utf-8", check=False
    )


@pytest.fixture(scope="module")
def findings(copied: Path) -> str:
    """What the linter says where all of them are planted."""
    for file, line, _ in PLANTED.values():
        with (copied / file).open("a", encoding="utf-8") as source:
            source.write(f"\n{line}\n")
    done = lint(copied)
    assert done.returncode == 1
    return done.stdout


@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_import_breaks_a_contract(findings: str, plant: str) -> None:
    assert PLANTED[plant][2] in findings


@pytest.mark.parametrize("root", ["systems", "nexus"])
def test_a_package_without_a_layer_is_found(copied: Path, root: str) -> None:
    (copied / root / "wishlists").mkdir()
    (copied / root / "wishlists" / "__init__.py").touch()
    done = lint(copied)
    assert done.returncode == 1
    assert f"{root}.wishlists" in done.stdout + done.stderr
