"""A table as docutils wants it, for the extensions that draw one. No extension itself."""

from collections.abc import Iterable, Sequence

from docutils import nodes

Cells = Sequence[nodes.Node]


def table(heads: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Cells]], *classes: str) -> nodes.table:
    """A table with one paragraph a cell; a row of one cell goes across. widths: of the columns, beside each other."""
    group = nodes.tgroup(cols=len(heads))
    group += [nodes.colspec(colwidth=width) for width in widths]
    group += nodes.thead("", _row([[nodes.Text(head)] for head in heads], len(heads)))
    group += nodes.tbody("", *(_row(row, len(heads)) for row in rows))
    return nodes.table("", group, classes=list(classes))


def _row(cells: Sequence[Cells], columns: int) -> nodes.row:
    across = {"morecols": columns - 1} if len(cells) == 1 < columns else {}
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell), **across) for cell in cells))
