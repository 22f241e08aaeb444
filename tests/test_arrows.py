"""Which room may use which. import-linter holds it for plain imports; here is what it does not see."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from nexus import paths

# nexus/__init__.py imports its own modules when they are first used, by names that stand in the same file.
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


@pytest.mark.parametrize(
    "path", sources("nexus", "exercises", "systems"), ids=lambda path: str(path.relative_to(paths.ROOT))
)
def test_nothing_is_imported_by_a_name_that_the_linter_cannot_see(path: Path) -> None:
    calls = [ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    # A bare `eval` is Python's; `redis.eval` sends a script of Lua.
    dynamic = [call for call in calls if call in ("__import__", "exec", "eval") or call.endswith("import_module")]
    assert not dynamic or str(path.relative_to(paths.ROOT)) in MAY_IMPORT_BY_NAME


@pytest.mark.parametrize("path", sorted(paths.NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_chapter_uses_the_lab_by_its_front_door(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    names = set(imported(ast.parse(code)))
    ours = {name for name in names if name.split(".")[0] in OF_OURS}
    assert {name.split(".")[0] for name in ours} <= A_CHAPTER_MAY_USE
    assert not [name for name in ours if name.startswith("nexus.")], "a chapter says `import nexus`, no more"


def test_the_installer_needs_nothing_that_is_not_in_every_python() -> None:
    names = {name.split(".")[0] for name in imported(ast.parse((paths.ROOT / "nexus/install.py").read_text()))}
    assert names <= set(sys.stdlib_module_names)


PLANTED = {
    "the floor knows an app": ("systems/core/errors.py", "from systems.accounts.models import User"),
    "the edge knows an app": ("systems/api/fields.py", "from systems.listings.models import Listing"),
    "a cycle of two apps": ("systems/listings/selectors.py", "from systems.bookings.models import Booking"),
    "the CRM in the platform": ("systems/bookings/selectors.py", "from systems.crm.models import Customer"),
    "HTTP in a service": ("systems/reviews/services.py", "from systems.api.problems import Problem"),
    "a service of REST framework": ("systems/crm/services.py", "from rest_framework.exceptions import NotFound"),
    "a chapter's exercises in another's": (
        "exercises/indexes/unread.py",
        "from exercises.paging.pages import PAGE",
    ),
    "an app without a layer": ("systems/wishlists/models.py", "from systems.core.errors import NotFound"),
}


@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_import_breaks_a_contract(tmp_path: Path, plant: str) -> None:
    for name in ("nexus", "exercises", "systems", "pyproject.toml"):
        copy = shutil.copy if (paths.ROOT / name).is_file() else shutil.copytree
        copy(paths.ROOT / name, tmp_path / name)
    file, line = tmp_path / PLANTED[plant][0], PLANTED[plant][1]
    file.parent.mkdir(exist_ok=True)
    (file.parent / "__init__.py").touch()
    file.write_text((file.read_text() if file.exists() else "") + f"\n{line}\n")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": "."}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout or "wishlists" in done.stdout + done.stderr, done.stdout
