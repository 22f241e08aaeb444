"""axe looks at every page, light and dark, on a desk and on a phone, with all that folds unfolded."""

from pathlib import Path

import pytest
from selenium import webdriver

from tests.book.built import Book
from tests.book.screen import DESK, PHONE, choose, resize
from tests.browser import needs_chromium

# What fades in is looked at when it is there: half faded, it would have too little contrast.
UNFOLD = """
    const still = "* { animation: none !important; transition: none !important }";
    document.head.insertAdjacentHTML("beforeend", `<style>${still}</style>`);
    for (const fold of document.querySelectorAll("details")) fold.open = true;
    for (const fold of document.querySelectorAll(".toggle-hidden")) fold.classList.remove("toggle-hidden");
"""
LOOK = """
    const done = arguments[0];
    axe.run().then(found => done(found.violations.flatMap(rule =>
        rule.nodes.map(node => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`))));
"""

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1_200), needs_chromium]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_page_violates_a_rule_of_axe(
    published: Book,
    published_address: str,
    browser_checks: Path,
    driver: webdriver.Chrome,
    theme: str,
    size: tuple[int, int],
) -> None:
    axe = (browser_checks / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    resize(driver, size)
    choose(driver, published_address, theme)
    violations = {}
    for page in published.names():
        driver.get(f"{published_address}/{page}.html")
        assert driver.execute_script("return document.documentElement.dataset.theme") == theme
        driver.execute_script(UNFOLD)
        driver.execute_script(axe)
        if found := driver.execute_async_script(LOOK):
            violations[page] = found
    assert violations == {}, "\n".join(f"{page}: {one}" for page, found in violations.items() for one in found)
