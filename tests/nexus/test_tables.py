"""Rows as a table: a list to the program, columns with names to the reader."""

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

from IPython.lib import pretty as ipython

from nexus import Table

ROWS: list[tuple[Any, ...]] = [("Ada", 3, None, Decimal("9.50")), ("<Bo>", 12345, True, Decimal(100))]
TABLE = Table(ROWS, ["name", "n", "paid", "total"])


def pretty(table: Table) -> str:
    """As IPython shows it."""
    return str(ipython.pretty(table))  # type: ignore[no-untyped-call]


def test_a_table_is_a_list_of_its_rows() -> None:
    assert TABLE == ROWS
    assert TABLE[0][0] == "Ada"
    assert Table(zip([1, 2], [3, 4], strict=True), ["a", "b"]) == [(1, 3), (2, 4)]


def test_its_text_is_in_columns_with_numbers_to_the_right() -> None:
    assert pretty(TABLE).splitlines() == [
        "name      n  paid  total",
        "Ada       3  null   9.50",
        "<Bo>  12345  True    100",
    ]


def test_its_html_names_the_columns_and_escapes_what_is_in_them() -> None:
    table = ElementTree.fromstring(TABLE._repr_html_())  # noqa: S314 - our own
    assert [cell.text for cell in table.iterfind("thead/tr/th")] == ["name", "n", "paid", "total"]
    assert all(cell.get("scope") == "col" for cell in table.iterfind("thead/tr/th"))
    assert [[cell.text for cell in row] for row in table.iterfind("tbody/tr")] == [
        ["Ada", "3", "null", "9.50"],
        ["<Bo>", "12345", "True", "100"],
    ]


def test_a_table_without_rows_still_shows_its_columns() -> None:
    empty = Table([], ["name", "n"])
    assert pretty(empty) == "name  n"
    assert "<th" in empty._repr_html_()
