"""What the book's own extensions put on its pages: map, times, meanings of words, index, scoreboard."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.book.built import ROOT, Book, extension

CHAPTERS = sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))


def test_the_map_names_each_chapter_and_each_parts_time(book: Book) -> None:
    cards = book.page("book/welcome").select("ul.parts > li")
    links = [str(link["href"]) for card in cards for link in card.select("a")]
    assert sorted(links) == [f"../notebooks/{chapter.stem}.html" for chapter in CHAPTERS]
    chapters = extension("chapters")
    for card in cards:
        stems = [Path(str(link["href"])).stem for link in card.select("a")]
        total = sum(chapters.minutes(ROOT / "notebooks" / f"{stem}.ipynb") for stem in stems)
        assert card.select(".time")[0].get_text().endswith(chapters.spelled(total))


def test_a_chapter_begins_with_its_number_and_the_way_to_run_it(book: Book) -> None:
    for chapter in CHAPTERS:
        page = book.page(f"notebooks/{chapter.stem}")
        assert page.select("article h1 .number")[0].get_text() == chapter.stem.partition("-")[0]
        (way,) = page.select("article h1 + p.printed a")
        assert way["href"] == "../book/set-up.html"


def test_every_page_but_the_first_says_its_part_and_its_time(book: Book) -> None:
    for chapter in CHAPTERS:
        crumbs = book.page(f"notebooks/{chapter.stem}").select(".bd-breadcrumbs li")
        assert len(crumbs) == 4, chapter.name
        assert re.fullmatch(r"\d+ min|[\d.]+ hours", crumbs[-1].get_text(strip=True)), chapter.name


def test_a_chapter_without_a_reading_time_is_refused(tmp_path: Path) -> None:
    silent = tmp_path / "10-silent.ipynb"
    silent.write_text(json.dumps({"cells": [{"source": ["# Silent"]}]}), encoding="utf-8")
    with pytest.raises(Exception, match=r"10-silent\.ipynb does not say how long it takes"):
        extension("chapters").minutes(silent)


def test_a_link_to_the_glossary_carries_the_meaning_of_its_word(book: Book) -> None:
    glossary = book.page("book/glossary")
    words = 0
    for path, page in book.pages.items():
        for link in page.select("article a.reference.internal[href*='glossary.html#term-']"):
            if path.name != "genindex.html":
                term = glossary.find(id=str(link["href"]).partition("#")[2])
                assert term is not None
                said = term.find_next("dd")
                assert said is not None
                assert link["data-meaning"] == " ".join(said.get_text().split())
                words += 1
    assert words > 100


def test_the_index_names_the_pages_that_use_a_word(book: Book) -> None:
    index = book.page("genindex")
    named = {term.get_text(): term.find_next("dd") for term in index.select("dl.words dt")}
    terms = {str(term["id"]) for term in book.page("book/glossary").select("dl.glossary dt[id]")}
    assert len(named) >= len(terms)
    assert len({word.lower() for word in named}) == len(named), "a word is there twice, in two spellings"
    for place in ("20b-constraints", "22-bookings-without-conflict"):
        entry = named["exclusion constraint"]
        assert entry is not None
        uses = entry.select(f"a[href*='{place}']")
        assert len(uses) == 1
        assert uses[0].get_text() != ""


def test_an_address_that_leads_nowhere_gets_a_page_with_ways_on(book: Book) -> None:
    lost = book.page("404")
    assert lost.select("article a[href='/book/welcome.html']")
    assert lost.select("article a[href='/search.html']")
    assert all(str(sheet["href"]).startswith("/_static/") for sheet in lost.select("link[rel=stylesheet]"))


# --- the scoreboard


def test_the_scoreboard_shows_what_the_chapters_printed(book: Book) -> None:
    claims = yaml.safe_load((ROOT / "book" / "scoreboard.yml").read_text(encoding="utf-8"))
    outputs = extension("outputs")
    expected = [
        [outputs.figure(chapter, claim["before"]), outputs.figure(chapter, claim["after"])]
        for chapter, listed in claims.items()
        for claim in listed
    ]
    rows = book.page("book/scoreboard").select("table.scoreboard tbody tr:not(:has([colspan]))")
    assert [[cell.get_text(strip=True) for cell in row.select("td")[1:]] for row in rows] == expected
    assert all(before != after for before, after in expected)


def test_each_count_leads_to_the_cell_that_printed_it(book: Book) -> None:
    links = book.page("book/scoreboard").select("table.scoreboard td:nth-child(n + 2) a")
    assert links
    for link in links:
        chapter, _, cell = str(link["href"]).removeprefix("../").partition(".html#")
        (shown,) = book.page(chapter).select(f"div.cell#{cell} .cell_output")
        assert link.get_text().replace(",", "") in shown.get_text().replace(",", "")


def test_every_chapter_that_breaks_something_has_a_claim() -> None:
    claims = yaml.safe_load((ROOT / "book" / "scoreboard.yml").read_text(encoding="utf-8"))
    breaking = [path.stem for path in CHAPTERS if '"## Break it' in path.read_text(encoding="utf-8")]
    assert breaking
    assert [stem for stem in breaking if not claims.get(stem)] == []


NOTEBOOK = {
    "metadata": {},
    "cells": [
        {"id": "count", "metadata": {}, "outputs": [{"output_type": "stream", "text": ["3 clashes"]}]},
        {
            "id": "time",
            "metadata": {"tags": ["nbval-ignore-output"]},
            "outputs": [{"output_type": "stream", "text": ["3 s"]}],
        },
    ],
}


@pytest.mark.parametrize(
    ("where", "refusal"),
    [
        ({"cell": "gone", "find": r"(\d+)"}, "no cell 'gone' with an output"),
        ({"cell": "count", "find": r"(\d+) beds"}, r"nothing like '\(\\\\d\+\) beds' in '3 clashes'"),
        ({"cell": "time", "find": r"(\d+)"}, "differs from run to run"),
    ],
)
def test_a_claim_that_no_output_holds_stops_the_build(tmp_path: Path, where: dict[str, str], refusal: str) -> None:
    outputs: Any = extension("outputs")
    outputs.ROOT = tmp_path
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "10-clash.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    assert outputs.figure("10-clash", {"cell": "count", "find": r"(\d+)"}) == "3"
    with pytest.raises(Exception, match=refusal):
        outputs.figure("10-clash", where)
