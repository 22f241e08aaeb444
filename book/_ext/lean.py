"""Sphinx extension: what a page has no use for is not loaded with it.

The theme's style sheet holds two thousand icons, a third of its weight. Those that the book shows are in
book/_static/icons.css. And the index of the search would hold what the cells put out: numbers, and tables whose
columns run into one word each.
"""

import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.errors import ExtensionError

ICONS = re.compile(r'(?:\.fa-[\w-]+:before,?)+\{content:"\\[0-9a-f]+"\}|@font-face\{[^}]*fontawesome[^}]*\}')
AT_LEAST = 1_000  # of them are found, or the theme has changed and the pattern says nothing any more


def leave_out_icons(app: Sphinx, failed: Exception | None) -> None:
    """Take the icons out of the sheet, and their fonts out of the build."""
    static = Path(app.outdir) / "_static"
    sheet = static / "styles" / "pydata-sphinx-theme.css"
    if failed or not sheet.exists():
        return  # as when links are checked
    lean, found = ICONS.subn("", sheet.read_text(encoding="utf-8"))
    if found < AT_LEAST:
        raise ExtensionError(f"only {found} icons in the theme's style sheet: has the theme changed?")
    sheet.write_text(lean, encoding="utf-8")
    shutil.rmtree(static / "vendor")


def leave_out_outputs(app: Sphinx) -> None:
    """Have the builder feed its search index with pages that lack the outputs of their cells."""
    builder = app.builder
    if not isinstance(builder, StandaloneHTMLBuilder):
        return
    index_page = builder.index_page

    def index_words(pagename: str, doctree: nodes.document, title: str) -> None:
        words = doctree.deepcopy()
        for cell in [found for found in words.findall(nodes.container) if "cell_output" in found["classes"]]:
            cell.parent.remove(cell)
        index_page(pagename, words, title)

    builder.index_page = index_words  # type: ignore[method-assign]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.connect("builder-inited", leave_out_outputs)
    app.connect("build-finished", leave_out_icons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
