"""Sphinx extension: what the chapters printed, shown on other pages. Nothing of it is typed in a second time.

``{output} 22-bookings-without-conflict#measure-3`` shows a cell's stored output, such as a figure.
``{scoreboard} scoreboard.yml`` is a table of claims. Each names the cell that shows the fault and the one that shows
the fix, and a pattern that finds the figure in what that cell printed. A claim whose cell or figure is gone stops the
build. Each figure leads to its cell, so every cell of a chapter's page has an anchor.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from docutils_table import Cells, table
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
HEADS = ("What is counted", "Before", "After")


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


def anchor(cell: str) -> str:
    """The id that a cell has on its chapter's page."""
    return f"cell-{cell}"


class AnchorCells(SphinxTransform):
    """Gives every cell of a chapter's page the id that it has in the notebook."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Name the cells, which the parser has numbered."""
        for node in self.document.findall(nodes.container):
            if node.get("nb_element") == "cell_code":
                cell = notebook(Path(self.env.docname).name)["cells"][node["cell_index"]]
                node["ids"].append(anchor(cell["id"]))


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
        rows = [row for chapter, listed in claims.items() for row in _rows(self, chapter, listed)]
        drawn = table(HEADS, (76, 12, 12), rows, "scoreboard")
        return [drawn, nodes.paragraph("", stored(list(claims)))]


def _rows(directive: SphinxDirective, chapter: str, claims: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Cells]]:
    """A chapter's title, and below it a row for each of its claims."""
    directive.env.note_dependency(str(ROOT / "notebooks" / f"{chapter}.ipynb"))
    link, _ = directive.parse_inline(f"[](../notebooks/{chapter}.ipynb)")  # no words: the page's title
    yield [link]
    for claim in claims:
        words, _ = directive.parse_inline(claim["claim"])
        yield [words, *([_count(directive, chapter, claim[side])] for side in ("before", "after"))]


def _count(directive: SphinxDirective, chapter: str, where: Mapping[str, str]) -> nodes.reference:
    """The figure, as a link to the cell that printed it."""
    builder, page = directive.env.app.builder, directive.env.docname
    cell = f"{builder.get_relative_uri(page, f'notebooks/{chapter}')}#{anchor(where['cell'])}"
    return nodes.reference("", figure(chapter, where), internal=True, refuri=cell)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.add_transform(AnchorCells)
    app.add_directive("output", Output)
    app.add_directive("scoreboard", Scoreboard)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
