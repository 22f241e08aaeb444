"""A run stores what the chapter shows and nothing of the machine; what did not change is stored as it was."""

import json
from pathlib import Path
from typing import Any

import pytest

from nexus import NexusError
from nexus.command import execution

RANDOM = "import random\ndraw = random.random() * {factor}\nassert draw >= 0\ndraw"
FIGURE = "import nexus\nchart = nexus.Chart('one', alt='a line')\nchart.axes.plot([1, {point}])\nassert chart\nchart"


@pytest.fixture
def chapter(tmp_path: Path) -> Path:
    """A chapter of two code cells, as an editor on some other machine left it."""
    return write(tmp_path, cell("hello", "print('hello')"), cell("product", "6 * 7"))


def write(folder: Path, *cells: dict[str, Any]) -> Path:
    metadata = {
        "kernelspec": {"display_name": "nexus", "name": "python3"},
        "language_info": {"name": "python", "version": "3.99.1"},
    }
    path = folder / "00-start.ipynb"
    path.write_text(
        json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8"
    )
    return path


def cell(name: str, source: str, *tags: str, **metadata: Any) -> dict[str, Any]:
    found = {**metadata, "tags": list(tags)} if tags else metadata
    parts = {"cell_type": "code", "id": name, "metadata": found, "source": source}
    return {**parts, "execution_count": None, "outputs": []}


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def output(path: Path, number: int) -> Any:
    return read(path)["cells"][number]["outputs"]


def test_a_run_stores_outputs_and_no_trace_of_its_python(chapter: Path) -> None:
    execution.run(chapter)
    assert "".join(output(chapter, 0)[0]["text"]) == "hello\n"
    assert output(chapter, 1)[0]["data"]["text/plain"] in ("42", ["42"])
    metadata = read(chapter)["metadata"]
    assert metadata["kernelspec"] == {"display_name": "Python 3", "language": "python", "name": "python3"}
    assert metadata["nexus"].keys() == {"drawn", "machine", "stored"}
    assert metadata.keys() == {"kernelspec", "language_info", "nexus"}
    assert all(cell["metadata"] == {} for cell in read(chapter)["cells"])


def test_a_run_that_fails_names_the_chapter_and_stores_nothing(tmp_path: Path) -> None:
    chapter = write(tmp_path, cell("fails", "1 / 0"))
    before = chapter.read_bytes()
    with pytest.raises(NexusError, match="00-start did not run through; nothing was stored") as caught:
        execution.run(chapter)
    assert "ZeroDivisionError" in str(caught.value)
    assert chapter.read_bytes() == before


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    """A chapter with a figure and a number that differ in each run, stored once, on an earlier day."""
    path = write(
        tmp_path,
        cell("sum", "1 + 1"),
        cell("random", RANDOM.format(factor=1), "nbval-ignore-output"),
        cell("figure", FIGURE.format(point="draw"), "nbval-ignore-output"),
        cell("after", "2 + 2"),
    )
    execution.run(path)
    change(path, '"stored": "', '"stored": "old ')
    return path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_second_run_changes_no_line(drawing: Path) -> None:
    before = drawing.read_bytes()
    execution.run(drawing)
    assert drawing.read_bytes() == before


def test_a_change_after_a_figure_leaves_the_figure(drawing: Path) -> None:
    before = output(drawing, 2)
    change(drawing, "2 + 2", "2 + 3")
    execution.run(drawing)
    assert output(drawing, 3)[0]["data"]["text/plain"] == ["5"]
    assert output(drawing, 2) == before
    assert not read(drawing)["metadata"]["nexus"]["stored"].startswith("old")


@pytest.mark.parametrize(("old", "new"), [("1 + 1", "1 + 2"), ("* 1", "* 2")])
def test_a_change_before_a_figure_draws_it_again(drawing: Path, old: str, new: str) -> None:
    before = output(drawing, 2)
    change(drawing, old, new)
    execution.run(drawing)
    assert output(drawing, 2) != before


def test_a_figure_is_drawn_again_on_request(drawing: Path) -> None:
    before = output(drawing, 2)
    execution.run(drawing, redraw=True)
    assert output(drawing, 2) != before


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ([], set()),
        (["nbval-ignore-output"], {"tags"}),
        (["exercise", "hide-output"], {"tags", "mystnb"}),
        (["hide-cell", "solution"], {"tags", "mystnb", "jupyter"}),
    ],
)
def test_the_tags_decide_how_a_cell_is_folded(tmp_path: Path, tags: list[str], wanted: set[str]) -> None:
    chapter = write(tmp_path, cell("one", "1 + 1", *tags, collapsed=True))
    assert execution.fix(chapter)
    assert read(chapter)["cells"][0]["metadata"].keys() == wanted
    assert not execution.fix(chapter)


def test_a_solution_is_folded_and_its_button_says_so(tmp_path: Path) -> None:
    chapter = write(tmp_path, cell("one", "1 + 1", "hide-cell", "solution"))
    execution.fix(chapter)
    metadata = read(chapter)["cells"][0]["metadata"]
    assert metadata["jupyter"] == {"outputs_hidden": True, "source_hidden": True}
    assert metadata["mystnb"]["code_prompt_show"] == "Show a solution"
