"""What a first visit to a page has to carry, with gzip, counted from a finished build."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

LOADED_BY_LINK = {"stylesheet", "icon", "preload", "modulepreload", "preconnect", "dns-prefetch", "manifest"}
PACKED = {".woff2", ".png", ".jpg", ".gif", ".webp"}  # smaller than gzip would make them, so no server tries
FIGURES = {".png", ".jpg", ".gif", ".webp", ".svg", ".ico"}
FACE = re.compile(r"@font-face\s*\{([^}]*)\}")
URL = re.compile(r"""(?:url\(|@import)\s*["']?([^"')\s]+)""")


@dataclass
class Load:
    """The bytes of one page: what it is read by, and its figures."""

    text: int = 0
    figures: int = 0
    foreign: list[str] = field(default_factory=list)


def loaded(soup: BeautifulSoup) -> Iterator[str]:
    """Every address that a browser fetches by itself when it shows the page."""
    for element in soup.select("script[src], img[src], iframe[src], source[src], video[src], audio[src], embed[src]"):
        yield str(element["src"])
    for link in soup.select("link[href]"):
        if LOADED_BY_LINK & set(link.get_attribute_list("rel")):
            yield str(link["href"])
    for script in soup.select("script:not([src])"):
        yield from re.findall(r"(?:https?:)?//[\w.-]+\.\w+/[^\s\"'`]*", script.get_text())


def is_foreign(url: str) -> bool:
    return bool(urlsplit(url).netloc)


def measure(html: Path, page: Path, soup: BeautifulSoup) -> Load:
    """Weigh a page of the build in `html`. Each file counts once, as a browser keeps it."""
    load, files = Load(), {page}
    for url in loaded(soup):
        if is_foreign(url):
            load.foreign.append(url)
        elif not url.startswith("data:"):
            files.add(beside(page, url, html))
    for sheet in [file for file in files if file.suffix == ".css"]:
        files |= fonts(sheet)
    for file in files:
        if file.suffix in FIGURES:
            load.figures += size(file)
        else:
            load.text += size(file)
    return load


def beside(place: Path, url: str, html: Path) -> Path:
    """The file that an address in the file at `place` means. Only the page for lost readers begins at the root."""
    path = unquote(urlsplit(url).path)
    return html / path[1:] if path.startswith("/") else (place.parent / path).resolve()


def fonts(sheet: Path) -> set[Path]:
    """Every font that a sheet brings to the page, taken as used."""
    faces = FACE.findall(sheet.read_text(encoding="utf-8"))
    return {beside(sheet, url, sheet.parent) for face in faces for url in URL.findall(face)}


@cache
def size(file: Path) -> int:
    """Bytes as a web server with gzip sends them."""
    content = file.read_bytes()
    return len(content) if file.suffix in PACKED else len(gzip.compress(content, 6))
