"""Every icon that a page draws is in one of the book's two small fonts."""

import pytest
from selenium import webdriver

from tests.book.built import Book
from tests.browser import needs_chromium

# Each icon that comes before or after an element of the page, drawn beside a letter that is surely not in its font:
# for one that is missing, a browser draws the same box.
MISSING = """
    const done = arguments[0], icons = new Map();
    for (const element of document.querySelectorAll("*")) for (const side of ["::before", "::after"]) {
        const style = getComputedStyle(element, side), letter = /^"([\\ue000-\\uf8ff])"/.exec(style.content);
        if (letter) icons.set(style.fontWeight + style.fontFamily + letter[1], [style, letter[1], element.className]);
    }
    const drawn = (font, letter) => {
        const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
        context.font = font;
        context.fillText(letter, 10, 60);
        return canvas.toDataURL();
    };
    const look = async ([{ fontWeight, fontFamily }, letter, name]) => {
        const font = `${fontWeight} 40px ${fontFamily}`;
        await document.fonts.load(font, letter);
        const there = drawn(font, letter) !== drawn(font, "\uefff");
        return { name, letter: letter.codePointAt(0).toString(16), there };
    };
    Promise.all([...icons.values()].map(look)).then(done);
"""

pytestmark = [pytest.mark.prove, pytest.mark.timeout(600), needs_chromium]


def test_every_icon_is_in_the_fonts(published: Book, published_address: str, driver: webdriver.Chrome) -> None:
    drawn = set()
    for name in published.names():
        driver.get(f"{published_address}/{name}.html")
        icons = driver.execute_async_script(MISSING)
        assert [icon for icon in icons if not icon["there"]] == [], name
        drawn |= {icon["letter"] for icon in icons}
    assert len(drawn) > 10
