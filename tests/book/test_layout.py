"""No page is wider than its screen, and what is at the top of it stays beside the list of contents, not on it."""

import pytest
from selenium import webdriver

from tests.book.built import Book
from tests.book.screen import DESK, PHONE, TABLET, resize
from tests.browser import needs_chromium

TOO_WIDE = """
    const page = document.documentElement, header = document.querySelector(".bd-header-article");
    const edge = header.getBoundingClientRect().right;
    const shown = [...header.querySelectorAll("button, a, li")].filter(one => one.checkVisibility());
    const out = shown.filter(one => one.getBoundingClientRect().right > edge).map(one => `${one.className} at the top`);
    return page.scrollWidth > page.clientWidth ? [...out, `all of it, by ${page.scrollWidth - page.clientWidth}`] : out;
"""

pytestmark = [pytest.mark.prove, needs_chromium]


@pytest.mark.parametrize("size", [DESK, TABLET, PHONE], ids=["desk", "tablet", "phone"])
def test_nothing_is_wider_than_its_place(
    published: Book, published_address: str, driver: webdriver.Chrome, size: tuple[int, int]
) -> None:
    resize(driver, size)
    found = {}
    for page in published.names():
        driver.get(f"{published_address}/{page}.html")
        if wide := driver.execute_script(TOO_WIDE):
            found[page] = wide
    assert found == {}
