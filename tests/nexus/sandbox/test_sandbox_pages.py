"""The pages of the inbox and of the checkout in a real browser: a hostile mail does nothing, a person does all."""

import threading
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import number_of_windows_to_be, title_contains
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser import PATIENCE_SECONDS, chromium, needs_chromium
from tests.nexus.sandbox.clients import Mailer, Shopper

pytestmark = needs_chromium

# Each would ask `stranger` for something, or change the page around it. They are all tried by one mail.
ATTACKS = """
<meta http-equiv="refresh" content="0; url=STRANGER/refresh"><base href="STRANGER/">
<link rel="stylesheet" href="/a.css">
<link rel="prefetch" href="STRANGER/prefetch"><link rel="dns-prefetch" href="STRANGER"><img src="STRANGER/pixel.png">
<style>@import "STRANGER/b.css"; body { background: url(STRANGER/bg.png) } @font-face { font-family: f;
src: url(STRANGER/font) } p { font-family: f }</style><script src="STRANGER/script.js"></script>
<script>top.document.title = document.title = "owned"; top.location = "STRANGER/top"</script>
<img src="x" onerror="top.document.title='owned'"><svg onload="top.document.title='owned'"></svg>
<iframe src="STRANGER/frame"></iframe><object data="STRANGER/object"></object><embed src="STRANGER/embed">
<video src="STRANGER/video" autoplay></video>
<form id="f" action="STRANGER/form" method="post"><button>go</button></form>
<a href="javascript:top.document.title='owned'" autofocus>a</a><p>the last line</p>
"""


class Stranger:
    """Another site: remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        stranger = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                stranger.asked.append((self.path, dict(self.headers.items())))
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<title>stranger</title>" + str(bool(self.path)).encode())

            do_POST = do_GET  # noqa: N815

            def log_message(self, *arguments: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    stranger = Stranger()
    yield stranger
    stranger.server.shutdown()
    stranger.server.server_close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(Path(tmp_path_factory.mktemp("profile"))) as driver:
        yield driver


def send(mailer: Mailer, html: str, subject: str = "A stay") -> int:
    """The id of the mail."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", subject
    message.set_content("A stay")
    message.add_alternative(html, subtype="html")
    mailer.send(message)
    return int(mailer.messages()[-1]["id"])


def wait(browser: webdriver.Chrome) -> WebDriverWait[webdriver.Chrome]:
    # What was found may belong to a page that the next one has just replaced: then look again.
    return WebDriverWait(browser, PATIENCE_SECONDS, ignored_exceptions=[StaleElementReferenceException])


@pytest.mark.parametrize("path", ["", "/html"])
def test_a_hostile_mail_runs_and_loads_nothing(
    mailer: Mailer, browser: webdriver.Chrome, stranger: Stranger, path: str
) -> None:
    number = send(mailer, ATTACKS.replace("STRANGER", stranger.url), "<script>document.title='owned'</script>")
    browser.get(f"{mailer.url}/messages/{number}{path}")
    if not path:
        browser.switch_to.frame(0)
    assert "the last line" in browser.find_element(By.TAG_NAME, "body").text
    browser.find_element(By.LINK_TEXT, "a").click()
    browser.find_element(By.CSS_SELECTOR, "#f button").click()
    browser.switch_to.default_content()
    for window in browser.window_handles[1:]:  # the click opened one, with nothing in it
        browser.switch_to.window(window)
        browser.close()
    browser.switch_to.window(browser.window_handles[0])
    assert browser.title != "owned"
    assert browser.current_url == f"{mailer.url}/messages/{number}{path}"
    assert stranger.asked == []


def test_a_link_of_a_mail_opens_a_page_of_its_own(
    mailer: Mailer, browser: webdriver.Chrome, stranger: Stranger
) -> None:
    number = send(mailer, f"<a href='{stranger.url}/booking'>See the booking</a>")
    browser.get(f"{mailer.url}/messages/{number}")
    browser.switch_to.frame(0)
    browser.find_element(By.LINK_TEXT, "See the booking").click()
    wait(browser).until(number_of_windows_to_be(2))
    browser.switch_to.window(browser.window_handles[1])
    wait(browser).until(title_contains("stranger"))
    assert browser.execute_script("return opener") is None
    browser.close()
    browser.switch_to.window(browser.window_handles[0])
    [(path, headers)] = [asked for asked in stranger.asked if "favicon" not in asked[0]]
    assert (path, headers.get("Referer")) == ("/booking", None)


def test_mails_are_read_and_deleted_by_the_keyboard(mailer: Mailer, browser: webdriver.Chrome) -> None:
    send(mailer, "<p>x</p>", "By the keyboard")
    browser.get(mailer.url)
    press(browser, "By the keyboard")
    wait(browser).until(title_contains("By the keyboard"))
    press(browser, "Inbox")
    wait(browser).until(title_contains("Inbox (1)"))
    press(browser, "Delete all")
    wait(browser).until(title_contains("Inbox (0)"))
    assert mailer.messages() == []


def test_a_payment_is_made_by_the_keyboard(shopper: Shopper, browser: webdriver.Chrome) -> None:
    browser.get(shopper.checkout(return_url="http://127.0.0.1:1/back"))
    press(browser, "Pay 400.00 ETB")
    wait(browser).until(lambda page: "Paid." in page.find_element(By.TAG_NAME, "body").text)
    back = browser.find_element(By.LINK_TEXT, "Back to the merchant")
    assert back.get_attribute("href") == "http://127.0.0.1:1/back"
    browser.refresh()
    assert shopper.ledger()["charged"] == 1


def test_a_double_click_charges_once(shopper: Shopper, browser: webdriver.Chrome) -> None:
    browser.get(shopper.checkout())
    ActionChains(browser).double_click(browser.find_element(By.TAG_NAME, "button")).perform()
    wait(browser).until(lambda page: "Paid." in page.find_element(By.TAG_NAME, "body").text)
    assert shopper.ledger()["charged"] == 1
    assert len(shopper.ledger()["webhooks"]) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_fit_a_phone_and_break_no_rule_of_theirs(
    mailer: Mailer, shopper: Shopper, browser: webdriver.Chrome, theme: str
) -> None:
    number = send(mailer, "<p>x</p>", "A" * 300)
    scheme = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True}
    )
    browser.get_log("browser")  # type: ignore[no-untyped-call]  # of the tests before
    for page in (mailer.url, f"{mailer.url}/messages/{number}", shopper.checkout(customization={"title": "B" * 300})):
        browser.get(page)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 320
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def press(browser: webdriver.Chrome, text: str) -> None:
    """Go to what has this text by the Tab key alone, and press Enter."""
    for _ in range(20):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        if browser.switch_to.active_element.text == text:
            ActionChains(browser).send_keys(Keys.ENTER).perform()
            return
    raise AssertionError(f"the Tab key never comes to {text!r}")
