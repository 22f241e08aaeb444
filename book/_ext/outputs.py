"""Sphinx extension: what the chapters printed, shown on other pages. Nothing of it is typed in a second time.

``{output} 22-bookings-without-conflict#measure-3`` shows a cell's stored output, such as a figure.
``{scoreboard} scoreboard.yml`` is a table of claims. Each names the cell that shows the fault and the one that shows
the mend, and a pattern that finds the figure in what that cell printed. A claim whose cell or figure is gone stops the
build.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from docutils_table import Cells, table
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
HEADS = ("Chapter", "What is counted", "As often shipped", "Mended")


@cache
def notebook(chapter: str) -> Any:
    """A chapter as it is stored. Raises ExtensionError where there is none of this name."""
    file = ROOT / "notebooks" / f"{chapter}.ipynb"
    if not file.is_file():
        raise ExtensionError(f"there is no chapter notebooks/{file.name}")
    return json.loads(file.read_text(encoding="utf-8"))


def cell_of(chapter: str, cell: str) -> Mapping[str, Any]:
    """The cell with this id; nothing where the chapter has none."""
    return next((one for one in notebook(chapter)["cells"] if one["id"] == cell), {})


def printed(chapter: str, cell: str, kind: str = "text/plain") -> str:
    """What a cell put out when it ran, as text or as text/html. Raises ExtensionError where it put out none."""
    outputs = cell_of(chapter, cell).get("outputs", [])
    found = [_text(output, kind) for output in outputs]
    if not any(found):
        raise ExtensionError(f"{chapter}: no cell {cell!r} with an output of {kind}")
    return "".join(found)


def _text(output: Mapping[str, Any], kind: str) -> str:
    if output["output_type"] == "stream" and kind == "text/plain":
        return "".join(output["text"])
    return "".join(output.get("data", {}).get(kind, ""))


def figure(chapter: str, where: Mapping[str, str]) -> str:
    """The count that a claim speaks of: the first group of its pattern in what the cell printed."""
    if "nbval-ignore-output" in cell_of(chapter, where["cell"]).get("metadata", {}).get("tags", []):
        raise ExtensionError(f"{chapter}, cell {where['cell']}: its output differs from run to run, and proves nothing")
    said = printed(chapter, where["cell"])
    found = re.search(where["find"], said)
    if found is None:
        raise ExtensionError(f"{chapter}, cell {where['cell']}: nothing like {where['find']!r} in {said!r}")
    return f"{int(found[1].replace(',', '')):,}"


def stored(chapters: list[str]) -> str:
    """When and on which machines the outputs of these chapters were stored, as `make run` wrote it down."""
    runs = [notebook(chapter)["metadata"].get("nexus") for chapter in chapters]
    if None in runs:
        raise ExtensionError(f"{chapters[runs.index(None)]} does not say when it was stored: type `make run`")
    dates = sorted({run["stored"] for run in runs})
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    return f"Stored {when}; machine: {' and '.join(sorted({run['machine'] for run in runs}))}."


class Output(SphinxDirective):
    """``{output} chapter#cell``: the figure or table that a cell of a chapter drew."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Show it as the chapter's page does, and have this page built again when the chapter changes."""
        chapter, _, cell = self.arguments[0].partition("#")
        self.env.note_dependency(str(ROOT / "notebooks" / f"{chapter}.ipynb"))
        shown = nodes.raw(
            "", f'<div class="cell_output drawn">{printed(chapter, cell, "text/html")}</div>', format="html"
        )
        return [shown]


class Scoreboard(SphinxDirective):
    """``{scoreboard} file``: the claims of a file beside this page, with the figures of the last stored run."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The table, and below it when and where the figures were printed."""
        _, file = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(file)
        claims = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
        rows = [_row(self, chapter, claim) for chapter, listed in claims.items() for claim in listed]
        drawn = table(HEADS, (26, 44, 12, 12), rows, "scoreboard")
        return [drawn, nodes.paragraph("", stored(list(claims)))]


def _row(directive: SphinxDirective, chapter: str, claim: Mapping[str, Any]) -> Sequence[Cells]:
    directive.env.note_dependency(str(ROOT / "notebooks" / f"{chapter}.ipynb"))
    number = chapter.partition("-")[0]
    link, _ = directive.parse_inline(f"[{number}](../notebooks/{chapter}.ipynb)")
    words, _ = directive.parse_inline(claim["claim"])
    return [link, words, *([nodes.Text(figure(chapter, claim[side]))] for side in ("before", "after"))]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.add_directive("output", Output)
    app.add_directive("scoreboard", Scoreboard)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
