"""Sphinx extension: what the book knows of its own pages, which is the part each belongs to and how long it takes.

It adds the directive ``{parts}``, a map of the parts with their chapters and minutes, and gives the templates ``part``
and ``minutes``. A chapter says itself how long it takes, in its first cell; a page of prose is counted. And a chapter's
title begins with its number, by which other pages, the lab's commands and the program call it.
"""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective

WORDS_A_MINUTE = 200
STATED = re.compile(r"\*\*Time\*\*: (\d+) minutes to read and run; the (?:\w+ )?exercises? takes? (\d+) more")
NUMBER = re.compile(r"notebooks/(\d\d[a-z]?)-")
FRONT = "book/welcome"


def minutes(source: Path) -> int:
    """How long a page takes, exercises included. Raises ExtensionError for a chapter that does not say."""
    if source.suffix != ".ipynb":
        return math.ceil(len(source.read_text(encoding="utf-8").split()) / WORDS_A_MINUTE)
    first = "".join(json.loads(source.read_text(encoding="utf-8"))["cells"][0]["source"])
    stated = STATED.search(first)
    if stated is None:
        raise ExtensionError(f"{source.name} does not say how long it takes, as in the template's first cell")
    return int(stated[1]) + int(stated[2])


def spelled(amount: int) -> str:
    """A number of minutes as a reader says it."""
    if amount < 90:
        return f"{amount} min"
    return f"{round(amount / 30) / 2:g} hours"


def parts(env: BuildEnvironment) -> Iterator[tuple[str, list[str]]]:
    """Each part's caption, and its pages."""
    for subtree in env.external_site_map.root.subtrees:  # type: ignore[attr-defined]  # sphinx_external_toc sets it
        yield subtree.caption or "", [str(item) for item in subtree.items]


class HeadChapter(SphinxTransform):
    """Puts the number of a chapter's file before its title, and says that the page can't be run where it is."""

    default_priority = 400  # before Sphinx collects the titles

    def apply(self, **kwargs: Any) -> None:
        """Add both to the page's first title."""
        number = NUMBER.match(self.env.docname)
        title = next(self.document.findall(nodes.title), None)
        if number and title:
            title[:0] = [nodes.inline("", number[1], classes=["number"]), nodes.Text(" ")]
            title.parent.insert(1, self._printed())

    def _printed(self) -> nodes.paragraph:
        set_up = self.app.builder.get_relative_uri(self.env.docname, "book/set-up")
        link = nodes.reference("", "start the lab yourself", internal=True, refuri=set_up)
        words = "Nothing runs on this page: it shows what the cells printed. To change and run them, "
        return nodes.paragraph("", words, link, nodes.Text("."), classes=["printed"])


class PartsMap(nodes.General, nodes.Element):
    """Takes the place of the map until all titles are known."""


class Parts(SphinxDirective):
    """``{parts}``: the parts that have chapters, each with its time and links."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for the map."""
        return [PartsMap()]


def draw_map(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the map where its place was left."""
    for place in list(doctree.findall(PartsMap)):
        cards = nodes.bullet_list(classes=["parts"])
        for caption, pages in parts(app.env):
            chapters = [page for page in pages if page.startswith("notebooks/") and not page.endswith("template")]
            if chapters:
                cards += _card(app, docname, caption, chapters)
        place.replace_self(cards)


def _card(app: Sphinx, docname: str, caption: str, chapters: list[str]) -> nodes.list_item:
    total = sum(minutes(Path(app.env.doc2path(chapter))) for chapter in chapters)
    count = f"{len(chapters)} chapters" if len(chapters) > 1 else "1 chapter"
    links = nodes.bullet_list()
    for chapter in chapters:
        title = app.env.titles[chapter].astext()
        link = nodes.reference("", title, internal=True, refuri=app.builder.get_relative_uri(docname, chapter))
        links += nodes.list_item("", nodes.paragraph("", "", link))
    head = nodes.paragraph("", "", nodes.strong("", caption), classes=["part"])
    return nodes.list_item("", head, nodes.paragraph("", f"{count}, {spelled(total)}", classes=["time"]), links)


def tell_templates(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page's template its part and its minutes."""
    if pagename not in app.env.found_docs or pagename == FRONT:
        return
    context["part"] = next((caption for caption, pages in parts(app.env) if pagename in pages), "")
    context["minutes"] = spelled(minutes(Path(app.env.doc2path(pagename))))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.add_transform(HeadChapter)
    app.add_node(PartsMap)
    app.add_directive("parts", Parts)
    app.connect("doctree-resolved", draw_map)
    app.connect("html-page-context", tell_templates)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
