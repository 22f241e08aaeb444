"""Sphinx extension: the glossary comes to the reader.

Wherever a page names a word with ``{term}``, the link carries the word's meaning, which the style sheet shows while the
pointer or the keyboard is on it. And the index names, for each word, the pages that use it.
"""

import re
from functools import cache
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform

GLOSSARY = "book/glossary"
ENTRY = re.compile(r"^(\w.*)$", re.MULTILINE)  # and some lines of prose, which do no harm
LINK = re.compile(r'<a class="reference internal" href="([^"]*)#(term-[^"]+)"')


class NoteUses(SphinxTransform):
    """Enters each word that a page names into the index, once a page."""

    default_priority = 840  # before Sphinx collects the index, at 850

    def apply(self, **kwargs: Any) -> None:
        """Put an index entry before each first use."""
        if self.env.docname == GLOSSARY:
            return  # there each word has its main entry by itself
        seen = set()
        for named in list(self.document.findall(addnodes.pending_xref)):
            word = str(named.get("reftarget"))
            if named.get("reftype") != "term" or word.lower() in seen:
                continue
            seen.add(word.lower())
            place = f"index-{nodes.make_id(word)}"
            spelled = spellings(Path(self.env.doc2path(GLOSSARY))).get(word.lower(), word)
            entry = addnodes.index(entries=[("single", spelled, place, "", None)])
            named.parent.insert(named.parent.index(named), [entry, nodes.target("", "", ids=[place])])


@cache
def spellings(glossary: Path) -> dict[str, str]:
    """Each word as the glossary spells it, by its small letters: in a sentence it may begin with a capital."""
    text = glossary.read_text(encoding="utf-8") if glossary.is_file() else ""
    return {word.lower(): word for word in ENTRY.findall(text)}


def read_meanings(app: Sphinx, env: BuildEnvironment) -> None:
    """Keep what the glossary says of each word, by the word's anchor."""
    meanings: dict[str, str] = {}
    items = env.get_doctree(GLOSSARY).findall(nodes.definition_list_item) if GLOSSARY in env.found_docs else ()
    for item in items:
        said = item.next_node(nodes.definition)
        for term in item.findall(nodes.term):
            for anchor in term["ids"]:
                meanings[anchor] = " ".join(said.astext().split()) if said else ""
    env.nexus_meanings = meanings  # type: ignore[attr-defined]


def show_meanings(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write each word's meaning into the links that lead to it."""
    meanings: dict[str, str] = app.env.nexus_meanings  # type: ignore[attr-defined]

    def with_meaning(link: re.Match[str]) -> str:
        return f'{link[0]} data-meaning="{escape(meanings.get(link[2], ""))}"'

    if "body" in context and pagename != GLOSSARY:
        context["body"] = LINK.sub(with_meaning, context["body"])


def name_pages_of_index(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let the index's template say to which page a link leads, instead of [1] and [2]."""

    def page_title(uri: str) -> str:
        docname = PurePosixPath(uri.partition("#")[0]).with_suffix("").as_posix()
        return app.env.titles[docname].astext()

    context["page_title"] = page_title


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.add_transform(NoteUses)
    app.connect("env-check-consistency", read_meanings)
    app.connect("html-page-context", show_meanings)
    app.connect("html-page-context", name_pages_of_index)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
