"""The program says where each of its lines is proved: in a chapter that there is, or in one still to come."""

import re

import yaml

from nexus import paths

CONTENTS = yaml.safe_load((paths.ROOT / "_toc.yml").read_text(encoding="utf-8"))
FILES = {entry["file"] for part in CONTENTS["parts"] for entry in part["chapters"]}
NUMBERS = {file.removeprefix("notebooks/").partition("-")[0] for file in FILES if file.startswith("notebooks/")}
PROGRAM = (paths.ROOT / "book/program.md").read_text(encoding="utf-8")
WHERE = [line.rstrip("|").rpartition("|")[2].strip() for line in PROGRAM.splitlines() if line.startswith("|")]
ROWS = [cell for cell in WHERE if cell != "Where" and set(cell) != {"-"}]


def test_each_row_says_where() -> None:
    assert len(ROWS) > 40
    assert [cell for cell in ROWS if "](" not in cell and "planned: chapter" not in cell] == []


def test_a_link_is_to_a_chapter_of_the_contents_by_its_number() -> None:
    links = re.findall(r"\[([^]]+)\]\(\.\./(notebooks/(\w+)-[\w-]+)\.ipynb\)", PROGRAM)
    assert links
    assert [file for said, file, number in links if said != number or file not in FILES] == []


def test_a_chapter_that_is_written_is_planned_no_more() -> None:
    planned = re.findall(r"planned: chapters? (\w+(?:, \w+)*)", PROGRAM)
    numbers = {number for said in planned for number in said.split(", ")}
    assert numbers
    assert not numbers & NUMBERS, "these are written: link to them"
