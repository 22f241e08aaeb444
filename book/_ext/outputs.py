"""Sphinx extension: what the chapters printed, shown on other pages. Nothing of it is typed in a second time.

``{output} 22-bookings-without-conflict#measure-3`` shows a cell's stored output, such as a figure.
``{scoreboard} scoreboard.yml`` is a table of claims. Each names the cell that shows the fault and the one that shows
the mend, and a pattern that finds the figure in what that cell printed. A claim whose cell or figure is gone stops the
build.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
HEADS = ("Chapter", "What is counted", "As often shipped", "Mended")


@cache
def cells(chapter: str) -> dict[str, dict[str, Any]]:
    """The cells of a chapter by their ids. Raises ExtensionError where there is no such chapter."""
    notebook = ROOT / "notebooks" / f"{chapter}.ipynb"
    if not notebook.is_file():
        raise ExtensionError(f"there is no chapter notebooks/{notebook.name}")
    return {cell["id"]: cell for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]}


def printed(chapter: str, cell: str, kind: str = "text/plain") -> str:
    """What a cell put out when it ran, as text or as text/html. Raises ExtensionError where it put out none."""
    outputs = cells(chapter).get(cell, {}).get("outputs", [])
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
    if "nbval-ignore-output" in cells(chapter).get(where["cell"], {}).get("metadata", {}).get("tags", []):
        raise ExtensionError(f"{chapter}, cell {where['cell']}: its output differs from run to run, and proves nothing")
    said = printed(chapter, where["cell"])
    found = re.search(where["find"], said)
    if found is None:
        raise ExtensionError(f"{chapter}, cell {where['cell']}: nothing like {where['find']!r} in {said!r}")
    return f"{int(found[1].replace(',', '')):,}"


def stored(chapters: list[str]) -> str:
    """When and on which machines the outputs of these chapters were stored, as `make run` wrote it down."""
    notebooks = [
        json.loads((ROOT / "notebooks" / f"{chapter}.ipynb").read_text(encoding="utf-8")) for chapter in chapters
    ]
    runs = [notebook["metadata"]["nexus"] for notebook in notebooks]
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
        table = nodes.table("", classes=["scoreboard"])
        group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in (26, 44, 12, 12)), cols=4)
        group += nodes.thead("", nodes.row("", *(_cell(head) for head in HEADS)))
        group += nodes.tbody("", *rows)
        table += group
        return [table, nodes.paragraph("", stored(list(claims)))]


def _row(directive: SphinxDirective, chapter: str, claim: Mapping[str, Any]) -> nodes.row:
    directive.env.note_dependency(str(ROOT / "notebooks" / f"{chapter}.ipynb"))
    number = chapter.partition("-")[0]
    link, _ = directive.parse_inline(f"[{number}](../notebooks/{chapter}.ipynb)")
    words, _ = directive.parse_inline(claim["claim"])
    before, after = (figure(chapter, claim[side]) for side in ("before", "after"))
    return nodes.row(
        "",
        nodes.entry("", nodes.paragraph("", "", *link)),
        nodes.entry("", nodes.paragraph("", "", *words)),
        _cell(before, "before"),
        _cell(after, "after"),
    )


def _cell(text: str, *classes: str) -> nodes.entry:
    return nodes.entry("", nodes.paragraph("", text), classes=list(classes))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.add_directive("output", Output)
    app.add_directive("scoreboard", Scoreboard)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
