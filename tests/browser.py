"""Chromium without a window, for tests that use a page as a person does. It finds no other host."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE_SECONDS = 30

needs_chromium = pytest.mark.skipif(
    not (shutil.which("chromedriver") and any(map(shutil.which, BROWSERS))),
    reason="needs Chromium and its driver: sudo apt-get install chromium chromium-driver",
)


def executable() -> str:
    """Where the browser is on this machine."""
    return next(filter(None, map(shutil.which, BROWSERS)))


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """A browser with a profile of its own, closed at the end. Its console is kept."""
    options = webdriver.ChromeOptions()
    options.binary_location = executable()
    for argument in (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,1600",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield driver
    finally:
        driver.quit()
