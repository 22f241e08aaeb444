"""Paging by key: a page begins after a row's values, so its cost does not depend on its depth, and no row is lost.

REST framework's CursorPagination pages by one column, and by an offset among equals: with many equal values it loses
and repeats rows, or never ends. Here the key is unique, since it ends in the id, and is compared as a row. This is
keyset pagination, or the seek method (Markus Winand, "SQL Performance Explained"). Why own: "Cursor" in DECISIONS.md.
"""

import base64
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Func, Model, QuerySet, TextField, Value

from systems.core import strict_json
from systems.core.validators import validate_text

DEFAULT_SIZE, LARGEST_SIZE = 20, 100
NO_CURSOR = "this is no cursor: take `next` and `previous` as they are"


class Row(Func):
    """SQL's row: (price, id)."""

    template = "(%(expressions)s)"
    output_field = TextField()  # never read: a row is only compared


class Before(Func):
    template, arg_joiner, output_field = "%(expressions)s", " < ", BooleanField()


class After(Func):
    template, arg_joiner, output_field = "%(expressions)s", " > ", BooleanField()


@dataclass(frozen=True)
class Ordering:
    """columns: whose values together are unique, so the last is the id. All ascend, or all descend."""

    name: str
    columns: Sequence[str]
    descending: bool = False

    def order_by(self, *, backwards: bool = False) -> list[str]:
        """For a queryset's `order_by`. backwards: from the last row on."""
        sign = "-" if self.descending != backwards else ""
        return [sign + column for column in self.columns]


@dataclass(frozen=True)
class Cursor:
    """A place between two rows: next to the one with these values. backwards: the page is before it."""

    ordering: str
    values: Sequence[Any]
    backwards: bool = False

    def __str__(self) -> str:
        text = json.dumps([self.ordering, list(map(str, self.values)), self.backwards], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, ordering: Ordering) -> "Cursor":
        """Raises Django's ValidationError for what is no cursor of this ordering."""
        try:
            name, values, backwards = strict_json.loads(base64.urlsafe_b64decode(text + "=="))
            cursor = cls(str(name), [str(value) for value in values], backwards is True)
        except (ValueError, TypeError):  # not base64, not JSON, not a list, or not of three
            raise invalid(NO_CURSOR) from None
        if str(cursor) != text:  # one of ours is written in one way, so this is none
            raise invalid(NO_CURSOR)
        if cursor.ordering != ordering.name:
            raise invalid("this cursor belongs to another ordering: begin at the first page")
        return cursor

    @classmethod
    def at(cls, row: Any, ordering: Ordering, *, backwards: bool = False) -> "Cursor":
        """The place next to this row."""
        return cls(ordering.name, [getattr(row, column) for column in ordering.columns], backwards)


@dataclass(frozen=True)
class Page:
    """rows: in the order asked for. next and previous: the places of the neighbours, or None."""

    rows: list[Any]
    next: Cursor | None
    previous: Cursor | None


def invalid(why: str) -> ValidationError:
    return ValidationError({"cursor": [why]})


def page(rows: "QuerySet[Any]", ordering: Ordering, *, size: int, cursor: Cursor | None = None) -> Page:
    """The page of `rows` at the cursor, at most `size` long. One row more than that is read, to know if there is more.

    Raises Django's ValidationError for a cursor whose values can't be those of a row.
    """
    backwards = cursor is not None and cursor.backwards
    found = list(seek(rows, ordering, cursor)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, cursor is not None)
    return Page(
        found,
        Cursor.at(found[-1], ordering) if has_next and found else None,
        Cursor.at(found[0], ordering, backwards=True) if has_previous and found else None,
    )


def seek(rows: "QuerySet[Any]", ordering: Ordering, cursor: Cursor | None) -> "QuerySet[Any]":
    """The rows on that side of the cursor to which it looks, nearest first; all rows where there is none.

    Raises Django's ValidationError for a cursor whose values can't be those of a row.
    """
    if cursor is None:
        return rows.order_by(*ordering.order_by())
    if len(cursor.values) != len(ordering.columns):
        raise invalid(NO_CURSOR)
    values = map(partial(_value, rows.model), ordering.columns, cursor.values)
    comparison = Before if ordering.descending != cursor.backwards else After
    found = rows.filter(comparison(Row(*map(F, ordering.columns)), Row(*values)))
    return found.order_by(*ordering.order_by(backwards=cursor.backwards))


def _value(model: type[Model], column: str, text: str) -> Value:
    """The cursor's text as a value of the column's type. A column that a query made is a number with a point."""
    fields = {field.name: field for field in model._meta.fields}
    try:
        validate_text(text)
        value = fields[column].clean(text, None) if column in fields else float(text)
    except (ValidationError, ValueError, OverflowError):
        raise invalid(NO_CURSOR) from None
    if str(value) != text or (isinstance(value, float) and not math.isfinite(value)):  # "1_0" is none that we write
        raise invalid(NO_CURSOR)
    return Value(value)
