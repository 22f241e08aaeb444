"""Every chapter fails when what it shows is no longer so. The runs take long: `make prove` makes them."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from nexus import paths
from nexus.command import chapters
from tests.notebooks.mutate import Change, changed, code_cells, failing_cells, read

FOLDER = Path(__file__).with_name("mutations")
LISTS = [importlib.import_module(f"tests.notebooks.mutations.{path.stem}") for path in FOLDER.glob("*.py")]
CHANGES: dict[str, list[Change]] = {module.CHAPTER: module.CHANGES for module in LISTS}
ALL = [(chapter, change) for chapter, changes in sorted(CHANGES.items()) for change in changes]
LEAST = 3


def test_every_chapter_lists_its_mutations() -> None:
    names = {path.stem for path in chapters.stored()}
    assert set(CHANGES) == names, "a list for each chapter: tests/notebooks/mutations/"
    short = {name: len(changes) for name, changes in CHANGES.items() if len(changes) < LEAST}
    assert not short, f"at least {LEAST} changes: a fault taken out, a fix broken, a solution spoiled"


@pytest.mark.parametrize(("chapter", "change"), ALL, ids=str)
def test_a_listed_change_can_be_made(chapter: str, change: Change) -> None:
    changed(paths.NOTEBOOKS / f"{chapter}.ipynb", change)


@pytest.mark.prove
@pytest.mark.parametrize(("chapter", "change"), ALL, ids=str)
def test_the_chapter_fails_with_the_change(chapter: str, change: Change, tmp_path: Path) -> None:
    path = paths.NOTEBOOKS / f"{chapter}.ipynb"
    notebook, number = changed(path, change)
    failing = failing_cells(notebook, path, tmp_path, "-x")
    assert failing, f"still green: {change.why}"
    assert min(failing) >= number, "a cell before the change failed, so this proves nothing"


@pytest.mark.prove
@pytest.mark.parametrize("chapter", chapters.stored(), ids=lambda path: path.stem)
def test_every_stored_number_is_compared(chapter: Path, tmp_path: Path) -> None:
    notebook = read(chapter)
    altered = [number for number, cell in enumerate(code_cells(notebook)) if alter_numbers(cell)]
    assert altered
    assert failing_cells(notebook, chapter, tmp_path) == altered


def alter_numbers(cell: Any) -> bool:
    """Raise each last digit in the cell's stored outputs by one. False where nothing compared holds a number."""
    if "nbval-ignore-output" in cell.metadata.get("tags", []):
        return False
    before = str(cell.outputs)
    for output in cell.outputs:
        holder, key = (output, "text") if "text" in output else (output.get("data", {}), "text/plain")
        if key in holder:
            holder[key] = re.sub(r"\d\b", lambda digit: str((int(digit.group()) + 1) % 10), holder[key])
    return str(cell.outputs) != before
