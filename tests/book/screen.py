"""What tests of the book in a browser do again and again: sizes, themes, keys, and where the focus is."""

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.remote.webelement import WebElement

DESK, TABLET, PHONE = (1280, 900), (820, 1180), (390, 844)
HOLD = """
    const found = [...document.querySelectorAll(arguments[0])].find(one => one.checkVisibility());
    found.focus();
    return found;
"""


def resize(driver: webdriver.Chrome, size: tuple[int, int]) -> None:
    measures = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", measures)


def choose(driver: webdriver.Chrome, address: str, theme: str) -> None:
    """As one who has chosen the theme on an earlier page."""
    driver.get(f"{address}/book/welcome.html")
    driver.execute_script("localStorage.mode = localStorage.theme = arguments[0]", theme)


def press(driver: webdriver.Chrome, *keys: str) -> None:
    ActionChains(driver).send_keys(*keys).perform()


def focused(driver: webdriver.Chrome, selector: str) -> bool:
    return bool(driver.execute_script("return document.activeElement.matches(arguments[0])", selector))


def hold(driver: webdriver.Chrome, selector: str) -> WebElement:
    """Give the focus to the first such element that can be seen."""
    found: WebElement = driver.execute_script(HOLD, selector)
    return found
