"""The book builds from what is stored, without services or network, and nothing in it leads nowhere."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from tests.book.built import ROOT, Book, build, extension, small_copy
from tests.book.weight import URL, beside, is_foreign, loaded

TOC = ROOT / "_toc.yml"


def toc_entries() -> list[str]:
    return re.findall(r"^\s*(?:- )?(?:root|file): (\S+)$", TOC.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def repository() -> ModuleType:
    return extension("repository")


# --- the whole book


def test_builds_strictly_without_services_or_network(book: Book) -> None:
    assert book.exit_code == 0, book.log


def test_every_toc_entry_has_a_page_and_can_be_searched(book: Book) -> None:
    index = (book.html / "searchindex.js").read_text(encoding="utf-8")
    assert toc_entries()
    for entry in toc_entries():
        assert (book.html / f"{entry}.html").is_file(), entry
        assert f'"{entry}"' in index, entry
    assert (book.html / "search.html").is_file()


def test_every_page_and_chapter_is_in_the_toc() -> None:
    sources = [*ROOT.glob("book/*.md"), *ROOT.glob("notebooks/*.ipynb")]
    assert {str(path.relative_to(ROOT).with_suffix("")) for path in sources} == set(toc_entries())


def test_every_internal_link_and_anchor_resolves(book: Book) -> None:
    links = [(page, link) for page, soup in book.pages.items() for link in internal_links(soup)]
    assert len(links) > 100
    assert [f"{page.name}: {link}" for page, link in links if not resolves(book, page, link)] == []


def internal_links(soup: BeautifulSoup) -> Iterator[str]:
    for anchor in soup.select("a[href]"):
        href = str(anchor["href"])
        if not urlsplit(href).scheme and not href.startswith("//"):
            yield href


def resolves(book: Book, page: Path, link: str) -> bool:
    parts = urlsplit(link)
    target = beside(page, link, book.html) if parts.path else page
    if not target.is_file():
        return False
    if not parts.fragment or target not in book.pages:
        return True
    return unquote(parts.fragment) in book.anchors[target]


def test_no_page_loads_anything_from_another_host(book: Book) -> None:
    loads = [(page.name, url) for page, soup in book.pages.items() for url in loaded(soup)]
    assert loads
    assert [load for load in loads if is_foreign(load[1])] == []


def test_no_stylesheet_loads_anything_from_another_host(book: Book) -> None:
    sheets = list(book.html.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        urls = URL.findall(sheet.read_text(encoding="utf-8"))
        assert [url for url in urls if is_foreign(url)] == [], sheet.name


def test_every_image_of_a_page_has_a_text_that_is_no_file_name(book: Book) -> None:
    for page, soup in book.pages.items():
        for image in soup.select("article img"):
            alt = str(image.get("alt") or "")
            assert alt, (page.name, image)
            assert not alt.endswith((".svg", ".png")), (page.name, alt)


def test_cells_tagged_to_be_hidden_are_folded(book: Book) -> None:
    for path in ROOT.glob("notebooks/*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        hidden = [
            cell for cell in cells if {"hide-cell", "hide-input", "hide-output"} & set(cell["metadata"].get("tags", []))
        ]
        folds = book.page(f"notebooks/{path.stem}").select("details.hide")
        assert len(folds) == len(hidden), path.name
        assert not any(fold.has_attr("open") for fold in folds), path.name


def test_the_first_address_leads_to_the_welcome_page(book: Book) -> None:
    refresh = book.page("index").select_one("meta[http-equiv=Refresh]")
    assert refresh
    assert str(refresh["content"]).endswith("url=book/welcome.html")


# --- that the gate is red when it should be


def test_a_broken_link_anchor_or_term_stops_the_build(tmp_path: Path) -> None:
    page = "# Page\n\n[a](gone.md), [b](#nowhere), [c](page.md#nowhere) and {term}`no-such-word`.\n"
    broken = build(small_copy(tmp_path / "source", page), tmp_path / "out")
    assert broken.exit_code != 0
    warnings = [line for line in broken.log.splitlines() if "WARNING" in line]
    assert len(warnings) == 4, broken.log
    for missing in ("gone.md", "'nowhere'", "no-such-word"):
        assert any(missing in line for line in warnings), (missing, broken.log)


# --- one setting for the repository's address


FETCH = """# Page

```console
$ git clone ADDRESS nexus
```

`ADDRESS` stands for what is not known.

```{launch}
Look for one yourself.
```
"""


def test_without_an_address_nothing_leads_to_a_repository(tmp_path: Path) -> None:
    small = build(small_copy(tmp_path / "source", FETCH), tmp_path / "out")
    assert small.exit_code == 0, small.log
    page = small.page("book/page")
    assert page.select("[href*='github'], [href*='mybinder'], link[rel=canonical], meta[property^='og:']") == []
    words = page.select_one("article").get_text()  # type: ignore[union-attr]
    assert all(said in words for said in ("git clone ADDRESS nexus", "ADDRESS stands for", "Look for one yourself."))
    assert not (small.html / "sitemap.xml").exists()


@pytest.fixture(scope="module")
def addressed(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A page and a notebook of a book whose repository is o/n."""
    source = small_copy(tmp_path_factory.mktemp("small") / "source", FETCH)
    time = "**Time**: 3 minutes to read and run; the exercise takes 2 more.\n"
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": f"# Other\n\n{time}"}
    notebook = {"cells": [cell], "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}
    (source / "book" / "other.md").unlink()
    (source / "book" / "other.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    small = build(source, tmp_path_factory.mktemp("small"), GITHUB_REPOSITORY="o/n")
    assert small.exit_code == 0, small.log
    return small


def test_github_repository_gives_buttons_and_a_public_address(addressed: Book) -> None:
    page = addressed.page("book/page")
    links = [str(anchor["href"]) for anchor in page.select("a[href*='github.com']")]
    assert "https://github.com/o/n" in links
    assert "https://github.com/o/n/edit/main/book/page.md" in links
    assert any(link.startswith("https://github.com/o/n/issues/new") for link in links)
    canonical = page.select_one("link[rel=canonical]")
    assert canonical
    assert canonical["href"] == "https://o.github.io/n/book/page.html"


def test_pages_that_say_how_to_clone_name_the_address(addressed: Book) -> None:
    (article,) = addressed.page("book/page").select("article")
    assert "git clone https://github.com/o/n nexus" in article.get_text()
    assert "ADDRESS" not in article.get_text()
    links = [str(link["href"]) for link in article.select(".ways-in a")]
    assert links == ["https://mybinder.org/v2/gh/o/n/main?urlpath=lab", "https://codespaces.new/o/n"]


def test_a_public_address_gives_links_a_sitemap_and_cards(addressed: Book) -> None:
    links = [str(link["href"]) for link in addressed.page("book/other").select(".dropdown-launch-buttons a")]
    assert links == [
        "https://mybinder.org/v2/gh/o/n/main?urlpath=lab/tree/book/other.ipynb",
        "https://codespaces.new/o/n",
    ]
    assert "https://o.github.io/n/book/page.html" in (addressed.html / "sitemap.xml").read_text(encoding="utf-8")
    card = addressed.page("book/page").select_one("meta[property='og:image']")
    assert card
    assert (addressed.html / str(card["content"]).removeprefix("https://o.github.io/n/")).is_file()
    assert addressed.page("404").select("link[rel=stylesheet][href^='/n/_static/']")


def test_the_environment_wins_over_the_setting(tmp_path: Path, repository: ModuleType) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.nexus]\nrepository = "ada/nexus"\n', encoding="utf-8")
    assert repository.find_repository(tmp_path, {}) == ("ada", "nexus")
    assert repository.find_repository(tmp_path, {"GITHUB_REPOSITORY": "bo/fork"}) == ("bo", "fork")


@pytest.mark.parametrize("address", ["nexus", "https://host/ada/nexus", "ada/nexus/tree", "ada /nexus"])
def test_an_address_of_another_form_is_refused(tmp_path: Path, repository: ModuleType, address: str) -> None:
    with pytest.raises(repository.ConfigError, match="owner/name"):
        repository.find_repository(tmp_path, {"GITHUB_REPOSITORY": address})


def test_a_repository_named_as_its_host_is_at_the_root(repository: ModuleType) -> None:
    assert repository.pages_address("Ada", "ada.github.io") == "https://ada.github.io/"
    assert repository.pages_address("Ada", "nexus") == "https://ada.github.io/nexus/"
