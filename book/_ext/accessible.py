"""Sphinx extension: what the engine's HTML says wrongly to a screen reader is corrected.

axe finds these on every page (`make prove`). They are in the engine's own code, where no setting reaches them.
"""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

FIXES = (
    # Every fold had this for a name, in place of the words in it, which say what it hides.
    (re.compile(r'<summary aria-label="Toggle hidden content">'), "<summary>"),
    # The empty corner of a table is no heading of anything.
    (re.compile(r"<th\b[^>]*>(?:\s|<p></p>)*</th>"), "<td></td>"),
)
WITHOUT_SOURCE = {
    "genindex": "Every word of the glossary, and the pages of the book that use it.",
    "search": "Search the chapters and pages of the book.",
    "404": "No page of the book has this address.",
}


def fix(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Fix a page's HTML before the template takes it."""
    for wrong, right in FIXES:
        if "body" in context:
            context["body"] = wrong.sub(right, context["body"])


def describe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Say what a page is about that has no source. Of the others their source says it, or their first sentences."""
    if said := WITHOUT_SOURCE.get(pagename):
        context["metatags"] = f'{context.get("metatags", "")}<meta name="description" content="{said}" />\n'


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.connect("html-page-context", fix)
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
