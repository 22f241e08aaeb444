"""Sphinx extension: the theme's style sheet without the two thousand icons that this book does not show.

They are a third of what the sheet weighs on every page. Those that the book shows are in book/_static/icons.css.
"""

import re
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
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


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.connect("build-finished", leave_out_icons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
