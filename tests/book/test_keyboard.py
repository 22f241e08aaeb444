"""The book with the keyboard alone, in a real browser: a page is reached, read, unfolded and left."""

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests.book.screen import DESK, PHONE, choose, focused, hold, press, resize
from tests.browser import PATIENCE_SECONDS, needs_chromium

FRONT, CHAPTER = "book/welcome.html", "notebooks/00-start-here.html"
# Where the focus comes by, as the page itself says: one call for three hundred keys.
WATCH = """
    window.visited = [];
    document.addEventListener("focusin", ({ target }) => visited.push(target));
"""
VISITED = "return arguments[0].filter(selector => visited.some(one => one.matches(selector)))"
BUBBLE = "return getComputedStyle(document.activeElement, '::after').content"

pytestmark = [needs_chromium, pytest.mark.prove]  # a minute of a browser is too long for `make test`


@pytest.fixture
def desk(driver: webdriver.Chrome, address: str) -> webdriver.Chrome:
    resize(driver, DESK)
    choose(driver, address, "light")
    return driver


def test_the_first_key_leads_past_the_sidebar(desk: webdriver.Chrome, address: str) -> None:
    desk.get(f"{address}/{CHAPTER}")
    press(desk, Keys.TAB)
    assert focused(desk, "#pst-skip-link a")
    press(desk, Keys.ENTER)
    press(desk, Keys.TAB)
    assert focused(desk, "main *")


@pytest.mark.parametrize(
    ("page", "reached"),
    [
        (FRONT, [".search-button-field", ".theme-switch-button", ".bd-links a", ".ways-in a", ".parts a"]),
        (
            CHAPTER,
            [".search-button-field", ".theme-switch-button", ".bd-links a", ".bd-article a[data-meaning]", ".copybtn",
             ".tag_solution summary", ".bd-toc a", ".prev-next-area a"],
        ),
    ],
)  # fmt: skip
def test_tab_reaches_everything_that_can_be_used(
    desk: webdriver.Chrome, address: str, page: str, reached: list[str]
) -> None:
    desk.get(f"{address}/{page}")
    desk.execute_script(WATCH)
    press(desk, Keys.TAB * 250)
    assert desk.execute_script(VISITED, reached) == reached


def test_a_solution_is_unfolded_and_folded_by_keys(desk: webdriver.Chrome, address: str) -> None:
    desk.get(f"{address}/{CHAPTER}")
    hold(desk, ".tag_solution summary")
    press(desk, Keys.ENTER)
    assert focused(desk, "details[open] > summary")
    press(desk, Keys.SPACE)
    assert focused(desk, "details:not([open]) > summary")


def test_the_reason_in_a_box_is_unfolded_by_keys(desk: webdriver.Chrome, address: str) -> None:
    desk.get(f"{address}/notebooks/22b-isolation.html")
    hold(desk, ".toggle-button")
    assert focused(desk, ".admonition.toggle-hidden .toggle-button")
    press(desk, Keys.ENTER)
    assert focused(desk, ".admonition:not(.toggle-hidden) .toggle-button")


def test_a_word_of_the_glossary_says_its_meaning_until_escape(desk: webdriver.Chrome, address: str) -> None:
    desk.get(f"{address}/{CHAPTER}")
    word = hold(desk, ".bd-article a[data-meaning]")
    # A focus given by a script shows as one by keys only after a key.
    press(desk, Keys.SHIFT)
    meaning = word.get_attribute("data-meaning")
    assert meaning
    assert meaning[:20] in desk.execute_script(BUBBLE)
    press(desk, Keys.ESCAPE)
    assert desk.execute_script(BUBBLE) == "none"
    press(desk, Keys.TAB)
    ActionChains(desk).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
    assert meaning[:20] in desk.execute_script(BUBBLE)


def test_code_is_copied_by_keys(desk: webdriver.Chrome, address: str) -> None:
    desk.get(f"{address}/{CHAPTER}")
    button = hold(desk, ".copybtn")
    press(desk, Keys.SHIFT)
    WebDriverWait(desk, PATIENCE_SECONDS).until(lambda _: button.value_of_css_property("opacity") == "1")
    press(desk, Keys.ENTER)
    assert "success" in str(button.get_attribute("class"))


def test_the_choice_of_a_theme_is_kept_on_the_next_page(desk: webdriver.Chrome, address: str) -> None:
    desk.get(f"{address}/{FRONT}")
    seen = set()
    for _ in range(3):
        hold(desk, ".theme-switch-button")
        press(desk, Keys.ENTER)
        mode = desk.execute_script("return document.documentElement.dataset.mode")
        desk.get(f"{address}/{CHAPTER}")
        assert desk.execute_script("return document.documentElement.dataset.mode") == mode
        seen.add(mode)
    assert seen == {"light", "dark", "auto"}


def test_a_search_that_is_typed_finds_a_page_and_enter_opens_it(desk: webdriver.Chrome, address: str) -> None:
    desk.get(f"{address}/{FRONT}")
    ActionChains(desk).key_down(Keys.CONTROL).send_keys("k").key_up(Keys.CONTROL).perform()
    assert focused(desk, "dialog[open] input[name=q]")
    press(desk, "write skew", Keys.ENTER)
    wait = WebDriverWait(desk, PATIENCE_SECONDS)
    wait.until(lambda driver: driver.execute_script("return document.querySelectorAll('ul.search li a').length") > 0)
    desk.execute_script(WATCH)
    for _ in range(80):
        press(desk, Keys.TAB)
        if focused(desk, "ul.search li a"):
            break
    press(desk, Keys.ENTER)
    wait.until(lambda driver: "search.html" not in driver.current_url)
    assert "write skew" in desk.execute_script("return document.querySelector('article').textContent.toLowerCase()")


def test_keys_and_taps_open_and_close_a_phones_sidebar(driver: webdriver.Chrome, address: str) -> None:
    resize(driver, PHONE)
    driver.get(f"{address}/{CHAPTER}")
    opened = "return document.querySelector('#pst-primary-sidebar-modal').open"
    assert not driver.execute_script(opened)
    hold(driver, ".primary-toggle")
    press(driver, Keys.ENTER)
    assert driver.execute_script(opened)
    press(driver, Keys.TAB)
    assert focused(driver, "#pst-primary-sidebar-modal *")
    press(driver, Keys.ESCAPE)
    assert not driver.execute_script(opened)
    hold(driver, ".primary-toggle").click()
    assert driver.execute_script(opened)
    outside = {"type": "mousePressed", "x": 380, "y": 500, "button": "left", "clickCount": 1}
    for kind in ("mousePressed", "mouseReleased"):
        driver.execute_cdp_cmd("Input.dispatchMouseEvent", {**outside, "type": kind})
    assert not driver.execute_script(opened)
