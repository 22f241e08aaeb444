"""The built book, and the book as a web server with gzip hands it out."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from whitenoise import WhiteNoise, compress

import nexus
from tests.book.built import ROOT, Book, build, plain_copy
from tests.browser import chromium

BROWSER_CHECKS = Path(__file__).with_name("browser_checks")


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return build(ROOT, tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The book as it is published at the root of a host: with the buttons and descriptions that need an address."""
    return build(ROOT, tmp_path_factory.mktemp("published"), GITHUB_REPOSITORY="reader/reader.github.io")


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The same pages in the engine's own look, which has more warnings than ours may have."""
    return build(plain_copy(tmp_path_factory.mktemp("source")), tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="session")
def address(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the book answers, on a port of the loopback address."""
    yield from serve_pages(book.html, tmp_path_factory.mktemp("served") / "html")


@pytest.fixture(scope="session")
def published_address(published: Book, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serve_pages(published.html, tmp_path_factory.mktemp("served") / "html")


@pytest.fixture(scope="session")
def plain_address(plain: Book, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serve_pages(plain.html, tmp_path_factory.mktemp("served") / "html")


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture(scope="session")
def browser_checks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where axe and Lighthouse are installed, from their lock."""
    if not shutil.which("npm"):
        pytest.skip("needs Node.js and npm: sudo apt-get install nodejs npm")
    folder = tmp_path_factory.mktemp("browser-checks")
    shutil.copytree(BROWSER_CHECKS, folder, dirs_exist_ok=True)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True)
    return folder


def serve_pages(html: Path, folder: Path) -> Iterator[str]:
    """Serve a copy of the pages with gzip, as the host of a published book does."""
    shutil.copytree(html, folder)
    compress.main(["--quiet", "--no-brotli", str(folder)])
    served = nexus.serve(WhiteNoise(not_found, root=folder, max_age=600, index_file=True))
    yield served.url
    served.stop()


def not_found(environ: object, start_response: Callable[..., object]) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"no such page"]
