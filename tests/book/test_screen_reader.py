"""The tree that a browser hands to a screen reader: landmarks to jump to, headings that nest, a name for everything."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.support.wait import WebDriverWait

from tests.book.built import Book
from tests.book.screen import DESK, PHONE, choose, resize
from tests.browser import PATIENCE_SECONDS, needs_chromium

FRONT, CHAPTER, SEARCH = "book/welcome.html", "notebooks/22b-isolation.html", "search.html?q=deadlock"
FOUND = "return document.querySelectorAll('ul.search li').length"
NAMED = {"button", "link", "searchbox", "textbox", "image", "DisclosureTriangle"}

pytestmark = [needs_chromium, pytest.mark.prove]  # a minute of a browser is too long for `make test`


@dataclass
class Spoken:
    """A part of the page as a screen reader has it."""

    role: str
    name: str
    level: int


@pytest.fixture(scope="module", params=[(page, size) for page in (FRONT, CHAPTER, SEARCH) for size in (DESK, PHONE)])
def tree(request: pytest.FixtureRequest, driver: webdriver.Chrome, address: str) -> list[Spoken]:
    page, size = request.param
    resize(driver, size)
    choose(driver, address, "light")
    driver.get(f"{address}/{page}")
    driver.execute_script("for (const fold of document.querySelectorAll('details')) fold.open = true")
    if page == SEARCH:
        WebDriverWait(driver, PATIENCE_SECONDS).until(lambda driver: driver.execute_script(FOUND) > 5)
    nodes = driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    spoken = list(read(nodes[0], {node["nodeId"]: node for node in nodes}))
    assert len(spoken) > 50
    return spoken


def read(node: dict[str, Any], nodes: dict[str, dict[str, Any]]) -> Iterator[Spoken]:
    """The node and all below it, in the order in which they are read."""
    if not node["ignored"]:
        value = {found["name"]: found["value"].get("value") for found in node.get("properties", [])}
        name = node.get("name", {}).get("value", "")
        yield Spoken(node["role"]["value"], name.strip(), int(value.get("level") or 0))
    # What is in a button is a part of its name, and nothing by itself.
    for child in node.get("childIds", []) if node["role"]["value"] != "button" else []:
        if child in nodes:
            yield from read(nodes[child], nodes)


def test_one_main_part_and_navigations_with_names_of_their_own(tree: list[Spoken]) -> None:
    roles = [spoken.role for spoken in tree]
    assert roles.count("main") == 1
    assert roles.count("banner") <= 1  # it is in the sidebar, which a phone keeps closed
    names = [spoken.name for spoken in tree if spoken.role == "navigation"]
    assert all(names)
    assert sorted(names) == sorted(set(names))


def test_headings_nest_without_a_gap_below_one_title(tree: list[Spoken]) -> None:
    levels = [spoken.level for spoken in tree if spoken.role == "heading"]
    assert levels.count(1) == 1
    below = levels[levels.index(1) :]  # before it come the parts of the book, in the sidebar
    assert [(one, next_) for one, next_ in itertools.pairwise(below) if next_ > one + 1] == []


def test_everything_that_acts_or_shows_has_a_name(tree: list[Spoken]) -> None:
    assert {"button", "link"} <= {spoken.role for spoken in tree}
    assert [spoken.role for spoken in tree if spoken.role in NAMED and not spoken.name] == []


def test_no_icon_is_read_aloud(tree: list[Spoken]) -> None:
    assert [spoken for spoken in tree if any("\ue000" <= letter <= "\uf8ff" for letter in spoken.name)] == []


def test_folds_have_names_and_tables_no_empty_heading(book: Book) -> None:
    """Two of the engine's faults that axe finds; here without a browser, on every page."""
    folds = [fold for page in book.pages.values() for fold in page.select("summary")]
    assert len(folds) > 50
    assert [fold for fold in folds if fold.has_attr("aria-label")] == []
    assert [
        heading for page in book.pages.values() for heading in page.select("th") if not heading.get_text().strip()
    ] == []
