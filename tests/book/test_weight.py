"""No page is heavy, none loads what it doesn't need, and none lacks an icon."""

import re

import pytest

from tests.book.built import ROOT, Book
from tests.book.weight import Load, loaded, measure

TEXT_BYTES, ALL_BYTES = 200_000, 350_000
STATIC = ROOT / "book" / "_static"
NO_ICONS = {"fa-solid", "fa-regular", "fa-brands", "fa-lg"}  # the style and the size of the icon that is named beside


@pytest.fixture(scope="module")
def loads(book: Book) -> dict[str, Load]:
    return {name: measure(book.html, book.html / f"{name}.html", book.page(name)) for name in book.names()}


def test_the_first_load_of_every_page_is_light(loads: dict[str, Load]) -> None:
    assert len(loads) > 20
    assert {name: load.text for name, load in loads.items() if load.text > TEXT_BYTES} == {}
    heavy = {name: load for name, load in loads.items() if load.text + load.figures > ALL_BYTES}
    assert heavy == {}


def test_nothing_that_counts_is_left_out_of_the_weight(loads: dict[str, Load]) -> None:
    """The search page has the book's index to carry, and the font of the text is one of those counted."""
    lean, search = loads["genindex"], loads["search"]
    assert search.text - lean.text > 20_000
    assert lean.text > sum(font.stat().st_size for font in (STATIC / "fonts").glob("*.woff2"))


def test_only_the_search_page_loads_the_search_index(book: Book) -> None:
    loading = [path.name for path, soup in book.pages.items() if any("searchindex.js" in url for url in loaded(soup))]
    assert loading == ["search.html"]


def test_the_search_index_has_no_word_made_of_a_tables_columns(book: Book) -> None:
    index = (book.html / "searchindex.js").read_text(encoding="utf-8")
    assert '"outbox"' in index
    assert re.findall(r"[a-z_]{3,}\d{3,}[a-z]\w*", index) == []


def test_every_icon_of_a_page_has_a_rule_in_the_books_own_sheet(book: Book) -> None:
    sheet = (STATIC / "icons.css").read_text(encoding="utf-8")
    rules = set(re.findall(r"\.(fa-[\w-]+)::before \{ content: ", sheet))
    classes = [icon["class"] for soup in book.pages.values() for icon in soup.select("[class*='fa-']")]
    used = {name for these in classes for name in icons(these)}
    assert len(used) > 10
    assert used - rules == set()


def icons(classes: str | list[str]) -> set[str]:
    names = classes.split() if isinstance(classes, str) else classes
    return {name for name in names if name.startswith("fa-")} - NO_ICONS
