"""The rules of a chapter, held over every notebook. Each message says what to do; book/contributing.md says why."""

import ast
import re
import statistics
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from nexus import paths
from nexus.command import chapters, execution

CHAPTERS = chapters.stored()
MOST_CELLS, MEDIAN, MOST_USUAL, MOST, WIDTH = 40, 4, 12, 25, 88
BEATS = ["Break it", "Fix it", "Measure it"]
HOUR, COUNTS = 60, {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
START = {"00-start-here"}  # start chapters need no break, fix and measure

CONTENTS = yaml.safe_load((paths.ROOT / "_toc.yml").read_text(encoding="utf-8"))
LISTED = [Path(entry["file"]).name for part in CONTENTS["parts"] for entry in part["chapters"]]
ORDER = [name for name in LISTED if name in {path.stem for path in chapters.every()}]

pytestmark = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)


@cache  # each rule reads each chapter
def read(chapter: Path) -> Any:
    return execution.read(chapter)


def cells(chapter: Path, kind: str | None = None) -> list[Any]:
    return [cell for cell in read(chapter).cells if kind in (None, cell.cell_type)]


def tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


def lines(cell: Any) -> int:
    return sum(1 for line in cell.source.splitlines() if line.strip())


def texts(chapter: Path) -> str:
    return "\n".join(cell.source for cell in cells(chapter, "markdown"))


def headings(chapter: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", texts(chapter), re.MULTILINE)


def test_prose_comes_before_every_code_cell(chapter: Path) -> None:
    bare = [after.source for before, after in pairwise(cells(chapter)) if before.cell_type == after.cell_type == "code"]
    assert not bare, f"say why before these cells: {bare}"


def is_exercise(cell: Any) -> bool:
    return bool(cell.source.rpartition("\n")[2].startswith("check("))


def test_cells_are_short(chapter: Path) -> None:
    taught = [cell for cell in cells(chapter, "code") if not is_exercise(cell)]
    assert len(taught) <= MOST_CELLS, "more than 40 code cells, without those of exercises: make it two chapters"
    lengths = sorted(map(lines, cells(chapter, "code")))
    assert statistics.median(lengths) <= MEDIAN, f"the median cell has {statistics.median(lengths)} lines: split some"
    assert lengths[int(len(lengths) * 0.9)] <= MOST_USUAL, "one cell in ten is over 12 lines: split the longest"
    assert lengths[-1] <= MOST, f"a cell has {lengths[-1]} lines: split it, or move what is no lesson into nexus"


def test_code_is_no_wider_than_a_page(chapter: Path) -> None:
    wide = [line for cell in cells(chapter, "code") for line in cell.source.splitlines() if len(line) > WIDTH]
    assert not wide, f"break these lines, a reader would have to scroll sideways (over {WIDTH} characters): {wide}"


def test_nothing_is_printed_for_decoration_and_nothing_sleeps(chapter: Path) -> None:
    for cell in cells(chapter, "code"):
        calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)}
        assert "print" not in calls, f"let the last expression show the value: {cell.source}"
        assert not {call for call in calls if call.endswith("sleep")}, (
            f"wait for an event, or use nexus.wait: {cell.source}"
        )


def test_a_cell_defines_or_does_and_shows_what_it_made(chapter: Path) -> None:
    comments = [cell.source for cell in cells(chapter, "code") if re.search(r"^\s*# ", cell.source, re.MULTILINE)]
    assert not comments, f"say it in the prose above, not in a comment: {comments}"


def test_every_output_is_stored_from_one_run(chapter: Path) -> None:
    counts = [cell.execution_count for cell in cells(chapter, "code")]
    assert counts == list(range(1, len(counts) + 1)), f"type `make run NAME={chapter.stem}`"


def test_what_is_not_compared_is_asserted(chapter: Path) -> None:
    ignored = [cell for cell in cells(chapter, "code") if "nbval-ignore-output" in tags(cell)]
    unproved = [cell.source for cell in ignored if not re.search(r"^\s*assert ", cell.source, re.MULTILINE)]
    assert not unproved, f"assert the claim in the cell that shows it: {unproved}"


def test_outputs_tell_no_version_port_or_origin(chapter: Path) -> None:
    shown = "\n".join(str(cell.outputs) for cell in cells(chapter, "code"))
    telling = re.findall(
        r"127\.0\.0\.1|localhost|\bport\b|:\d{4,5}\b|PostgreSQL \d+|Valkey|\bembedded\b|\bcompose\b|/tmp/|/home/", shown
    )
    assert not telling, f"these differ between machines and servers: {telling}"


def test_a_chapter_has_its_beats(chapter: Path) -> None:
    found = headings(chapter)
    wanted = ["Your turn", "Remember"] if chapter.stem in START else [*BEATS, "Your turn", "Remember"]
    places = [next((place for place, heading in enumerate(found) if heading.startswith(beat)), None) for beat in wanted]
    assert None not in places, f"a heading for each of {wanted} is wanted; there are {found}"
    assert places == sorted(place for place in places if place is not None), f"in this order: {wanted}"


def test_a_chapter_opens_with_what_one_can_do_after_it(chapter: Path) -> None:
    first = cells(chapter)[0].source
    for part in ("# ", "After this chapter you can", "needed", "**Time**"):
        assert part in first, f"the first cell lacks {part!r}: title, objectives, prerequisites and time belong there"


def test_the_times_of_the_exercises_add_up(chapter: Path) -> None:
    said = re.search(
        r"\*\*Time\*\*: (\d+) minutes to read and run; the (\w+ )?exercises? takes? (\d+) more", texts(chapter)
    )
    assert said, "say in the first cell: **Time**: 30 minutes to read and run; the three exercises take 25 more."
    reading, count, exercising = int(said[1]), COUNTS[(said[2] or "one").strip()], int(said[3])
    each = [int(minutes) for minutes in re.findall(r"^### .*\((\d+) minutes?\)$", texts(chapter), re.MULTILINE)]
    if chapter.stem not in START:  # its one exercise has no time of its own
        assert (count, exercising) == (len(each), sum(each)), f"the headings of the exercises say {each}"
    assert reading + exercising <= HOUR, "more than an hour: make it two chapters"


def test_a_chapter_has_its_exercises(chapter: Path) -> None:
    least = 1 if chapter.stem in {*START, "template"} else 3
    assert len(chapters.exercises_of(chapter)) >= least, f"{least} exercises at least, each harder than the one before"


def test_a_chapter_ends_with_the_one_that_follows(chapter: Path) -> None:
    following = dict(pairwise(ORDER)).get(chapter.stem)
    said = "\n".join(re.findall(r"^\*\*Next\*\*:.*$", cells(chapter)[-1].source, re.MULTILINE))
    wanted = f"({following}.ipynb)" if following else "(../book/"  # nothing follows the last one, and the template
    assert wanted in said, f"the last cell lacks a line that begins with **Next**: and links to {wanted}: {said!r}"


def test_the_notes_to_the_author_are_gone(chapter: Path) -> None:
    notes = [cell.id for cell in cells(chapter, "markdown") if "For the author" in cell.source]
    assert chapter.stem == "template" or not notes, f"the chapter is written now, so take the notes out of {notes}"


def test_the_metadata_is_what_the_tags_ask_for(chapter: Path) -> None:
    notebook = read(chapter)
    ours = {
        "kernelspec": execution.KERNEL,
        "language_info": execution.LANGUAGE,
        "nexus": notebook.metadata.get("nexus"),
    }
    assert notebook.metadata == ours, f"type `make run NAME={chapter.stem}`: it strips the rest"
    other = [cell.id for cell in notebook.cells if cell.metadata != execution.metadata(tags(cell))]
    assert not other, f"type `make fix`: it writes how these cells are folded: {other}"


def test_a_solution_is_folded(chapter: Path) -> None:
    solutions = [cell for cell in cells(chapter, "code") if "solution=True" in cell.source]
    bare = [cell.id for cell in solutions if not {"solution", "hide-cell"} <= set(tags(cell))]
    assert not bare, f"give these cells the tags solution and hide-cell, then type `make fix`: {bare}"


def test_a_stored_figure_is_what_the_code_draws(chapter: Path) -> None:
    notebook = read(chapter)
    assert notebook.metadata.nexus.get("drawn") == execution.drawn(notebook), f"type `make run NAME={chapter.stem}`"
