"""Each rule of test_rules.py is broken once, in a copy of the template, and says so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from nexus import paths
from tests.notebooks import test_rules as rules
from tests.notebooks.mutate import code_cells, read

Break = Callable[[Any], object]
BREACHES: list[tuple[str, Callable[[Path], None], str]] = []


def breach(rule: Callable[[Path], None], message: str) -> Callable[[Break], Break]:
    """Register a way to break a rule, and a piece of what the message must say."""

    def register(change: Break) -> Break:
        BREACHES.append((change.__name__, rule, message))
        return change

    return register


@breach(rules.test_prose_comes_before_every_code_cell, "say why before these cells")
def no_prose(notebook: Any) -> None:
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]


@breach(rules.test_cells_are_short, "a cell has 30 lines: split it")
def thirty_lines(notebook: Any) -> None:
    code_cells(notebook)[0].source = "\n".join(["1 + 1"] * 30)


@breach(rules.test_cells_are_short, "over 12 lines")
def many_long_cells(notebook: Any) -> None:
    for cell in sorted(code_cells(notebook), key=lambda cell: len(cell.source))[-3:]:
        cell.source = "\n".join(["1 + 1"] * 13)


@breach(rules.test_cells_are_short, "the median cell has 5")
def all_of_five_lines(notebook: Any) -> None:
    for cell in code_cells(notebook):
        cell.source = "\n".join(["1 + 1"] * 5)


@breach(rules.test_cells_are_short, "make it two chapters")
def too_many_cells(notebook: Any) -> None:
    notebook.cells += [nbformat.v4.new_code_cell("1 + 1") for _ in range(40)]  # type: ignore[no-untyped-call]


def test_the_cells_of_exercises_do_not_count(tmp_path: Path) -> None:
    def many_exercises(notebook: Any) -> None:
        text = 'answer = 1\ncheck("another", answer)'
        notebook.cells += [nbformat.v4.new_code_cell(text) for _ in range(40)]  # type: ignore[no-untyped-call]

    rules.test_cells_are_short(broken(many_exercises, tmp_path))


@breach(rules.test_code_is_no_wider_than_a_page, "scroll sideways")
def a_wide_line(notebook: Any) -> None:
    code_cells(notebook)[0].source = "x = " + "1 + " * 30 + "1"


@breach(rules.test_nothing_is_printed_for_decoration_and_nothing_sleeps, "let the last expression show")
def a_print(notebook: Any) -> None:
    code_cells(notebook)[0].source = "print('done')"


@breach(rules.test_nothing_is_printed_for_decoration_and_nothing_sleeps, "wait for an event")
def a_sleep(notebook: Any) -> None:
    code_cells(notebook)[0].source = "import time\ntime.sleep(1)"


@breach(rules.test_a_cell_defines_or_does_and_shows_what_it_made, "say it in the prose above")
def a_comment(notebook: Any) -> None:
    code_cells(notebook)[0].source = "# adds\n1 + 1"


@breach(rules.test_every_output_is_stored_from_one_run, "type `make run NAME=25-broken`")
def a_cell_run_again(notebook: Any) -> None:
    code_cells(notebook)[2].execution_count = 99


@breach(rules.test_what_is_not_compared_is_asserted, "assert the claim in the cell that shows it")
def a_figure_that_claims_nothing(notebook: Any) -> None:
    figure = next(cell for cell in code_cells(notebook) if "nbval-ignore-output" in cell.metadata.get("tags", []))
    figure.source = figure.source.replace("assert ", "_ = ")


@pytest.mark.parametrize("output", ["127.0.0.1", "localhost:54321", "PostgreSQL 18.6", "/home/ada/nexus"])
def test_an_output_that_tells_of_the_machine_is_found(output: str, tmp_path: Path) -> None:
    def tell(notebook: Any) -> None:
        code_cells(notebook)[1].outputs[0]["data"]["text/plain"] = repr(output)

    with pytest.raises(AssertionError, match="differ between machines and servers"):
        rules.test_outputs_tell_no_version_port_or_origin(broken(tell, tmp_path))


@breach(rules.test_a_chapter_has_its_beats, "a heading for each of")
def nothing_is_measured(notebook: Any) -> None:
    notebook.cells = [cell for cell in notebook.cells if not cell.source.startswith("## Measure it")]


@breach(rules.test_a_chapter_has_its_beats, "in this order")
def fixed_before_it_broke(notebook: Any) -> None:
    notebook.cells.sort(key=lambda cell: not cell.source.startswith("## Fix it"))


@breach(rules.test_a_chapter_opens_with_what_one_can_do_after_it, "the first cell lacks '**Time**'")
def no_time(notebook: Any) -> None:
    notebook.cells[0].source = notebook.cells[0].source.replace("**Time**", "Time")


@breach(rules.test_the_times_of_the_exercises_add_up, "say in the first cell")
def no_time_for_exercises(notebook: Any) -> None:
    notebook.cells[0].source = notebook.cells[0].source.replace("; the exercise takes 5 more", "")


@breach(rules.test_the_times_of_the_exercises_add_up, "the headings of the exercises say [5, 6]")
def one_exercise_more(notebook: Any) -> None:
    notebook.cells += [nbformat.v4.new_markdown_cell("### Another (6 minutes)")]  # type: ignore[no-untyped-call]


@breach(rules.test_the_times_of_the_exercises_add_up, "more than an hour")
def too_long(notebook: Any) -> None:
    notebook.cells[0].source = notebook.cells[0].source.replace("5 minutes to read", "56 minutes to read")


@breach(rules.test_a_chapter_has_its_exercises, "3 exercises at least")
def the_one_exercise_of_the_template(notebook: Any) -> None:
    """As it is."""


@breach(rules.test_a_chapter_ends_with_the_one_that_follows, "the last cell lacks a line that begins with **Next**")
def it_ends_with_nothing(notebook: Any) -> None:
    notebook.cells[-1].source = notebook.cells[-1].source.replace("**Next**: ", "")


@breach(rules.test_a_chapter_ends_with_the_one_that_follows, "links to (../book/")
def it_ends_with_a_link_to_nowhere(notebook: Any) -> None:
    notebook.cells[-1].source = notebook.cells[-1].source.replace("(../book/", "(")


def test_an_end_that_skips_the_next_chapter_is_found(tmp_path: Path) -> None:
    def name_another(notebook: Any) -> None:
        notebook.cells[-1].source = f"**Next**: [later]({after_next}.ipynb), [a page](../book/welcome.md)"

    chapter, following, after_next = rules.ORDER[:3]
    with pytest.raises(AssertionError, match=rf"links to \({following}\.ipynb\)"):
        rules.test_a_chapter_ends_with_the_one_that_follows(broken(name_another, tmp_path, chapter))


@breach(rules.test_the_notes_to_the_author_are_gone, "take the notes out")
def the_notes_of_the_template(notebook: Any) -> None:
    """As they are."""


@breach(rules.test_the_metadata_is_what_the_tags_ask_for, "it strips the rest")
def an_editor_left_its_mark(notebook: Any) -> None:
    notebook.metadata["language_info"] = {"name": "python", "version": "3.99.1"}


@breach(rules.test_the_metadata_is_what_the_tags_ask_for, "type `make fix`")
def an_open_solution(notebook: Any) -> None:
    del next(cell for cell in code_cells(notebook) if "solution" in cell.metadata.get("tags", [])).metadata["jupyter"]


@breach(rules.test_a_solution_is_folded, "give these cells the tags")
def a_solution_without_its_tag(notebook: Any) -> None:
    next(cell for cell in code_cells(notebook) if "solution=True" in cell.source).metadata["tags"] = ["hide-cell"]


@breach(rules.test_a_stored_figure_is_what_the_code_draws, "type `make run NAME=25-broken`")
def a_figure_of_other_code(notebook: Any) -> None:
    code_cells(notebook)[0].source += "\n1 + 1"


@pytest.mark.parametrize(("name", "rule", "message"), BREACHES, ids=[name for name, _, _ in BREACHES])
def test_a_broken_rule_says_so(name: str, rule: Callable[[Path], None], message: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError) as caught:
        rule(broken(globals()[name], tmp_path))
    assert message in str(caught.value)


def test_every_rule_is_broken_here() -> None:
    held = {name for name in vars(rules) if name.startswith("test_")} - {"test_outputs_tell_no_version_port_or_origin"}
    assert held == {rule.__name__ for _, rule, _ in BREACHES}


def broken(change: Break, folder: Path, name: str = "25-broken") -> Path:
    notebook = read(paths.NOTEBOOKS / "template.ipynb")
    change(notebook)
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    return path
