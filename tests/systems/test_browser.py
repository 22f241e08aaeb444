"""Swagger UI, Redoc, GraphiQL and the admin, used in a real browser that finds no other host."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import element_to_be_clickable
from selenium.webdriver.support.wait import WebDriverWait

import nexus
from nexus.systems import Role
from tests.browser import PATIENCE_SECONDS, chromium, needs_chromium

FOREIGN = """
    return performance.getEntriesByType("resource").map(entry => new URL(entry.name))
        .filter(url => url.protocol.startsWith("http") && url.host !== location.host).map(String)
"""

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def served(worker_id: str) -> Iterator[Role]:
    lab = nexus.open(f"test-browser-{worker_id}", needs=("postgres", "redis"))
    served = nexus.serve("api", workers=1)
    yield served
    served.stop()
    lab.close()


class Browser:
    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver
        # What was found may belong to a page that the next one has just replaced: then look again.
        self.wait = WebDriverWait(driver, PATIENCE_SECONDS, ignored_exceptions=[StaleElementReferenceException])

    def find(self, selector: str) -> WebElement:
        """The first element, once it is there and can be clicked."""
        where = (By.CSS_SELECTOR, selector)
        return self.wait.until(element_to_be_clickable(where))

    def see(self, text: str) -> None:
        def is_there(driver: webdriver.Chrome) -> bool:
            return text in driver.find_element(By.TAG_NAME, "body").text

        self.wait.until(is_there, f"never saw {text!r}")

    def foreign(self) -> list[str]:
        """The addresses of other hosts that the page asked for anything."""
        return list(self.driver.execute_script(FOREIGN))

    def complaints(self) -> list[str]:
        """What the console says of scripts that broke and files that were not there."""
        entries: list[dict[str, str]] = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [
            entry["message"] for entry in entries if entry["level"] == "SEVERE" and "favicon" not in entry["message"]
        ]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield Browser(driver)


def test_swagger_ui_shows_the_operations_and_sends_a_request(browser: Browser, served: Role, tmp_path: Path) -> None:
    browser.driver.get(f"{served.url}/api/v1/docs/")
    browser.find("#operations-listings-listing_search button.opblock-summary-control").click()
    browser.find("#operations-listings-listing_search .try-out__btn").click()
    browser.find("#operations-listings-listing_search .execute").click()
    browser.find("#operations-listings-listing_search .live-responses-table .response")
    browser.see("price_per_night")
    assert browser.foreign() == []
    assert browser.complaints() == []


def test_redoc_shows_the_operations(browser: Browser, served: Role) -> None:
    browser.driver.get(f"{served.url}/api/v1/redoc/")
    browser.see("Ask for a stay. The guest is you, and the total is computed.")
    # Redoc's bundle wants its maker's logo from another host. The page's policy keeps the request from being sent.
    refused = [line for line in browser.complaints() if "has been blocked" in line]
    assert all(any(url in line for line in refused) for url in browser.foreign())


def test_graphiql_answers_the_courses_example_after_sign_in(browser: Browser, served: Role) -> None:
    browser.driver.get(f"{served.url}/graphql/")
    browser.find(".graphiql-execute-button").click()
    browser.see("NOT_AUTHENTICATED")
    browser.find("[name=email]").send_keys("sales@example.com")
    browser.find("[name=password]").send_keys(served.password)
    browser.find("#sign-in button").click()
    browser.see("signed in as sales@example.com")
    browser.find(".graphiql-execute-button").click()
    browser.see('"product": "')
    browser.find("[aria-label='Show Documentation Explorer']").click()
    browser.see("A GraphQL schema provides a root type for each kind of operation.")
    assert browser.foreign() == []
    assert browser.complaints() == []


def test_an_admin_signs_in_and_finds_a_listing(browser: Browser, served: Role) -> None:
    browser.driver.get(f"{served.url}/admin/")
    browser.find("#id_username").send_keys("admin@example.com")
    browser.find("#id_password").send_keys(served.password)
    browser.find("[type=submit]").click()
    browser.find("a[href='/admin/listings/listing/']").click()
    browser.find("#searchbar").send_keys("lighthouse")
    browser.find("#changelist-search [type=submit]").click()
    browser.see("Lighthouse")
    assert browser.foreign() == []
    assert browser.complaints() == []
