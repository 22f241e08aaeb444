"""The built book, and the book as a web server with gzip hands it out."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from whitenoise import WhiteNoise, compress

import nexus
from tests.book.built import Book, build
from tests.browser import chromium

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return build(ROOT, tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="session")
def address(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the book answers, on a port of the loopback address."""
    yield from serve_pages(book.html, tmp_path_factory.mktemp("served") / "html")


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


def serve_pages(html: Path, folder: Path) -> Iterator[str]:
    """Serve a copy of the pages with gzip, as the host of a published book does."""
    shutil.copytree(html, folder)
    compress.main(["--quiet", str(folder)])
    served = nexus.serve(WhiteNoise(not_found, root=folder, max_age=600, index_file=True))
    yield served.url
    served.stop()


def not_found(environ: object, start_response: Callable[..., object]) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"no such page"]
