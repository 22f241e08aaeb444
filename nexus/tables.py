"""Rows that show themselves as a table: aligned text for a terminal, HTML for a notebook."""

import html
from collections.abc import Iterable, Sequence
from typing import Any


class Table(list[Any]):
    """A list of rows that knows the names of its columns. Apart from how it looks, it is a list of tuples."""

    def __init__(self, rows: Iterable[Sequence[Any]], columns: Sequence[str]) -> None:
        super().__init__(tuple(row) for row in rows)
        self.columns = tuple(columns)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(aligned(self.columns, self))

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in self.columns)
        body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in self)
        return f'<table class="rows"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def aligned(columns: Sequence[str], rows: Iterable[Sequence[Any]], right: Sequence[bool] | None = None) -> str:
    """The rows under their column names, as text. right: which columns are aligned right; by default, the numbers."""
    rows = list(rows)
    lines = [tuple(columns), *([_text(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    if right is None:
        right = [all(map(_is_number, column)) for column in zip(*rows, strict=True)] or [False] * len(widths)
    return "\n".join(
        "  ".join(
            value.rjust(width) if at_right else value.ljust(width)
            for value, width, at_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def _text(value: Any) -> str:
    return "null" if value is None else str(value)


def _is_number(value: Any) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, bool)  # Decimal is no numbers.Real


def _cell(value: Any) -> str:
    align = ' style="text-align:right"' if _is_number(value) else ""
    return f"<td{align}>{html.escape(_text(value))}</td>"
