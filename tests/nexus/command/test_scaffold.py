"""A new chapter is created whole, in its part's place, or not at all."""

import shutil
from pathlib import Path

import nbformat
import pytest
import yaml

from nexus import NexusError, paths
from nexus.command import chapters
from nexus.command.scaffold import new_chapter

ROOT = paths.ROOT
CONTENTS = """
format: jb-book
root: book/welcome
parts:
- caption: Before you begin
  chapters:
  - file: book/set-up
- caption: Data
  chapters:
  - file: notebooks/20-schema
  - file: notebooks/20b-constraints
- caption: To look things up
  chapters:
  - file: book/glossary
"""


@pytest.fixture(autouse=True)
def clone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of what a new chapter is made from, with one chapter there."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    for file in ("template.ipynb", "20-schema.ipynb"):
        copy(f"notebooks/{file}", tmp_path)
    copied = ["tests/notebooks/mutations/template.py"]
    for folder in ("exercises/template", "tests/exercises/template"):
        copied += [str(path.relative_to(ROOT)) for path in (ROOT / folder).glob("*.py")]
    for file in copied:
        copy(file, tmp_path)
    (tmp_path / "_toc.yml").write_text(CONTENTS, encoding="utf-8")
    return tmp_path


def copy(file: str, clone: Path) -> None:
    (clone / file).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / file, clone / file)


def contents(clone: Path) -> dict[str, list[str]]:
    parts = yaml.safe_load((clone / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    return {part["caption"]: [entry["file"] for entry in part["chapters"]] for part in parts}


def snapshot(clone: Path) -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in clone.rglob("*") if path.is_file()}


def test_a_chapter_gets_its_notebook_exercises_and_tests(clone: Path) -> None:
    made = [str(path.relative_to(clone)) for path in new_chapter("21-indexes-and-paging")]
    assert made == [
        "notebooks/21-indexes-and-paging.ipynb",
        "exercises/indexes_and_paging/__init__.py",
        "exercises/indexes_and_paging/all_or_none.py",
        "tests/exercises/indexes_and_paging/all_or_none.py",
        "tests/notebooks/mutations/indexes_and_paging.py",
        "_toc.yml",
    ]
    assert 'Chapter("21-indexes-and-paging", all_or_none)' in (clone / made[1]).read_text(encoding="utf-8")
    assert "from exercises.indexes_and_paging.all_or_none import all_or_none" in (clone / made[3]).read_text(
        encoding="utf-8"
    )
    assert 'CHAPTER = "21-indexes-and-paging"' in (clone / made[4]).read_text(encoding="utf-8")


def test_nothing_of_the_template_is_left_in_its_names(clone: Path) -> None:
    path = new_chapter("21-indexes-and-paging")[0]
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert 'nexus.open("21-indexes-and-paging"' in code
    assert "from exercises.indexes_and_paging import check" in code
    assert notebook.cells[0].source.startswith("# Indexes and paging\n")
    assert {cell.id.rpartition("-")[0] for cell in notebook.cells} == {"indexes_and_paging"}
    assert not [
        made
        for made in clone.rglob("*.py")
        if "indexes_and_paging" in str(made) and "template" in made.read_text(encoding="utf-8")
    ]
    assert chapters.exercises_of(path) == ["all-or-none"]


def test_without_what_was_made_all_is_as_before(clone: Path) -> None:
    before = snapshot(clone)
    *made, listed = new_chapter("21-indexes-and-paging")
    for path in made:
        path.unlink()
    lines = listed.read_text(encoding="utf-8").splitlines()
    listed.write_text("\n".join(line for line in lines if "21-indexes-and-paging" not in line), encoding="utf-8")
    left = snapshot(clone)
    assert {path for path in left if left[path].strip() != before.get(path, "").strip()} <= {listed}
    assert yaml.safe_load(left[listed]) == yaml.safe_load(before[listed])


def test_the_contents_name_it_in_the_place_of_its_number(clone: Path) -> None:
    new_chapter("21-indexes-and-paging")
    new_chapter("20c-more")
    assert contents(clone)["Data"] == [
        "notebooks/20-schema",
        "notebooks/20b-constraints",
        "notebooks/20c-more",
        "notebooks/21-indexes-and-paging",
    ]


def test_a_part_that_is_new_comes_in_the_order_of_the_parts(clone: Path) -> None:
    new_chapter("40-caching")
    new_chapter("10-python")
    assert list(contents(clone)) == [
        "Before you begin",
        "Foundations",
        "Data",
        "Speed and safety",
        "To look things up",
    ]


def test_the_books_own_contents_are_written_as_this_writes_them() -> None:
    text = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    assert yaml.safe_dump(yaml.safe_load(text), sort_keys=False) == text  # so that a new chapter is one line of a diff


@pytest.mark.parametrize(
    "name", ["", "schema", "2-schema", "20_schema", "21-Two Words", "90-too-high", "21-", "../21-up"]
)
def test_a_name_that_is_none_changes_nothing(clone: Path, name: str) -> None:
    before = snapshot(clone)
    with pytest.raises(NexusError, match="is no name for a chapter: a number from 00 to 79"):
        new_chapter(name)
    assert snapshot(clone) == before


@pytest.mark.parametrize("name", ["56-async", "56-list", "31-2fa"])
def test_a_name_that_python_does_not_import_changes_nothing(clone: Path, name: str) -> None:
    before = snapshot(clone)
    with pytest.raises(NexusError, match=r"can't name a chapter: .* of Python; add a word") as error:
        new_chapter(name)
    assert "\n" not in str(error.value)
    assert snapshot(clone) == before


@pytest.mark.parametrize("name", ["20-other", "21-template"])
def test_a_name_that_is_taken_changes_nothing(clone: Path, name: str) -> None:
    before = snapshot(clone)
    with pytest.raises(NexusError, match="is there already; take another name"):
        new_chapter(name)
    assert snapshot(clone) == before
