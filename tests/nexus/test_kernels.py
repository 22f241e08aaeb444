"""A kernel of the lab: what a learner's own files can hide, and what they cannot."""

from pathlib import Path

import nbformat
import pytest

from nexus import services
from nexus.command import execution

OURS = ("nexus", "exercises", "systems", "redis", "psycopg")


@pytest.mark.parametrize("name", [*OURS, "json"])
def test_a_file_of_the_learners_hides_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.py").write_text("raise SystemExit('the file of a learner')", encoding="utf-8")
    assert run(tmp_path, f"import {name}; {name}.__name__") == name


def test_a_file_of_the_learners_can_be_imported(tmp_path: Path) -> None:
    (tmp_path / "of_my_own.py").write_text("VALUE = 'mine'", encoding="utf-8")
    assert run(tmp_path, "import of_my_own; of_my_own.VALUE") == "mine"


def run(folder: Path, source: str) -> str:
    """What the cell shows, in a kernel as JupyterLab starts it, with the folder as its place."""
    services.lab_home().server("jupyter").prepare()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])  # type: ignore[no-untyped-call]
    nbformat.write(notebook, folder / "chapter.ipynb")  # type: ignore[no-untyped-call]
    execution.run(folder / "chapter.ipynb")
    (cell,) = nbformat.read(folder / "chapter.ipynb", as_version=4).cells  # type: ignore[no-untyped-call]
    return str(cell.outputs[0]["data"]["text/plain"]).strip("'")
