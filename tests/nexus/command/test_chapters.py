"""Chapters as files: they are found by name, and the learner's own copies are safe."""

import json
from pathlib import Path
from typing import Any

import pytest

from nexus import NexusError, paths
from nexus.command import chapters


@pytest.fixture(autouse=True)
def clone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A clone with two chapters, in place of this one."""
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(paths, "WORK", tmp_path / "work")
    monkeypatch.setenv("NEXUS_HOME", str(tmp_path / ".nexus"))
    paths.NOTEBOOKS.mkdir()
    write("00-start", "1 + 1")
    write("10-python", "2 + 2")
    return tmp_path


def write(chapter: str, *sources: str) -> Path:
    """A notebook of the given code cells, as an editor on some other machine left it."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "execution_count": None, "outputs": [], "source": each}
        for n, each in enumerate(sources)
    ]
    metadata = {
        "kernelspec": {"display_name": "nexus", "name": "python3"},
        "language_info": {"name": "python", "version": "3.99.1"},
    }
    path = paths.NOTEBOOKS / f"{chapter}.ipynb"
    path.write_text(
        json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8"
    )
    return path


def copy_of(chapter: str) -> Path:
    return paths.WORK / f"{chapter}.ipynb"


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


# --- the learner's copies


def test_a_learner_gets_a_copy_of_every_chapter() -> None:
    assert chapters.copy_to_work() == []
    for original in paths.NOTEBOOKS.iterdir():
        assert read(copy_of(original.stem)) == read(original)


def test_a_copy_has_no_outputs_and_no_links_of_the_book_alone() -> None:
    notebook = read(write("00-start", "1 + 1"))
    notebook["cells"][0].update(outputs=[{"output_type": "stream", "name": "stdout", "text": "2"}], execution_count=7)
    prose = "A {term}`row` is made; {term}`publish <publisher>` it, `as it is`."
    notebook["cells"].append({"cell_type": "markdown", "id": "prose", "metadata": {}, "source": prose})
    (paths.NOTEBOOKS / "00-start.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    chapters.copy_to_work()
    code, prose_cell = read(copy_of("00-start"))["cells"]
    assert (code["outputs"], code["execution_count"]) == ([], None)
    assert prose_cell["source"] == "A row is made; publish it, `as it is`."


def test_an_untouched_copy_follows_its_original() -> None:
    chapters.copy_to_work()
    for source in ("3 + 3", "4 + 4"):
        original = write("00-start", source)
        assert chapters.copy_to_work() == []
        assert read(copy_of("00-start")) == read(original)


def test_a_touched_copy_stays_and_a_newer_original_is_named() -> None:
    chapters.copy_to_work()
    copy_of("00-start").write_text("mine", encoding="utf-8")
    assert chapters.copy_to_work() == []  # its original is still the one it was made from
    write("00-start", "3 + 3")
    (line,) = chapters.copy_to_work()
    assert "00-start has a newer version" in line
    assert "nexus reset 00" in line
    assert copy_of("00-start").read_text(encoding="utf-8") == "mine"


def test_a_touched_copy_stays_touched() -> None:
    chapters.copy_to_work()
    copy_of("00-start").write_text("mine", encoding="utf-8")
    for source in ("3 + 3", "1 + 1"):
        write("00-start", source)
        chapters.copy_to_work()
    assert copy_of("00-start").read_text(encoding="utf-8") == "mine"


def test_a_deleted_copy_is_given_again() -> None:
    chapters.copy_to_work()
    copy_of("00-start").unlink()
    assert chapters.copy_to_work() == []
    assert copy_of("00-start").exists()


def test_after_a_clean_an_equal_copy_counts_as_untouched(clone: Path) -> None:
    chapters.copy_to_work()
    copy_of("10-python").write_text("mine", encoding="utf-8")
    (clone / ".nexus" / "given-chapters.json").unlink()  # `make clean` keeps work/ and forgets the rest
    (line,) = chapters.copy_to_work()
    assert line.startswith("10-python")
    original = write("00-start", "3 + 3")
    chapters.copy_to_work()
    assert read(copy_of("00-start")) == read(original)
    assert copy_of("10-python").read_text(encoding="utf-8") == "mine"


# --- a clean copy


def test_a_reset_lays_a_clean_copy_and_keeps_the_learners_own() -> None:
    chapters.copy_to_work()
    for number, text in enumerate(("first try", "second try"), start=1):
        copy_of("00-start").write_text(text, encoding="utf-8")
        copy, aside = chapters.reset("00")
        assert read(copy) == read(paths.NOTEBOOKS / "00-start.ipynb")
        assert aside == paths.WORK / "earlier" / f"00-start-{number}.ipynb"
        assert aside.read_text(encoding="utf-8") == text


def test_a_reset_never_writes_over_an_earlier_copy() -> None:
    chapters.copy_to_work()
    for text in ("first", "second"):
        copy_of("00-start").write_text(text, encoding="utf-8")
        chapters.reset("00")
    (paths.WORK / "earlier" / "00-start-1.ipynb").unlink()
    copy_of("00-start").write_text("third", encoding="utf-8")
    chapters.reset("00")
    kept = {path.read_text(encoding="utf-8") for path in (paths.WORK / "earlier").iterdir()}
    assert kept == {"second", "third"}


def test_a_reset_leaves_the_other_chapters_alone() -> None:
    chapters.copy_to_work()
    copy_of("10-python").write_text("mine", encoding="utf-8")
    chapters.reset("00")
    assert copy_of("10-python").read_text(encoding="utf-8") == "mine"


def test_a_chapter_can_be_reset_before_it_was_ever_copied() -> None:
    copy, aside = chapters.reset("10")
    assert copy.exists()
    assert aside is None


def test_a_chapter_is_found_by_its_number_and_by_its_name() -> None:
    assert chapters.find("10") == chapters.find("10-python") == paths.NOTEBOOKS / "10-python.ipynb"


@pytest.mark.parametrize("wrong", ["99", "1", "python", ""])
def test_an_unknown_chapter_is_answered_with_those_there_are(wrong: str) -> None:
    with pytest.raises(NexusError, match=rf"^no chapter '{wrong}': the chapters are 00-start, 10-python$"):
        chapters.find(wrong)


# --- what is in them


def test_a_chapters_exercises_are_those_its_cells_check() -> None:
    chapter = write(
        "20-x", 'check("two", 1)\nx = 1', 'x = 2\ncheck("one", x)', 'check("two", 2, solution=True)', "pass"
    )
    assert chapters.exercises_of(chapter) == ["two", "one"]


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        ('nexus.open("00-start")', ("postgres", "redis", "rabbitmq")),
        ('nexus.open("00-start", needs=["postgres"])', ("postgres",)),
        ("lab = nexus.open(\n    '00-start',\n    needs=('redis', 'rabbitmq'),\n)", ("redis", "rabbitmq")),
    ],
)
def test_a_chapter_needs_what_its_first_cell_opens(first: str, wanted: tuple[str, ...]) -> None:
    assert chapters.needs(write("00-start", "import nexus", first, "lab.sql('select 1')")) == wanted


def test_the_template_is_run_but_given_to_no_learner() -> None:
    template = write("template", "1 + 1")
    assert template in chapters.stored()
    assert template not in chapters.every()
    assert chapters.find("template") == template
    chapters.copy_to_work()
    assert not copy_of("template").exists()
    with pytest.raises(NexusError, match="for authors"):
        chapters.reset("template")
