"""Paging by key: a page begins after a row's values, so its cost does not depend on its depth, and no row is lost.

REST framework's CursorPagination pages by one column, and by an offset among equals: with many equal values it loses
and repeats rows, or never ends. Here the key is unique, since it ends in the id, and is compared as a row.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Field, Func, Model, QuerySet, TextField, Value
from rest_framework.exceptions import ValidationError as InvalidField
from rest_framework.request import Request

DEFAULT_SIZE, LARGEST_SIZE = 20, 100
NO_CURSOR = "this is no cursor: take `next` and `previous` as they are"


class Row(Func):
    """SQL's row: (price, id)."""

    template = "(%(expressions)s)"
    output_field = TextField()  # never read: a row only stands in comparisons


class Before(Func):
    template, arg_joiner, output_field = "%(expressions)s", " < ", BooleanField()


class After(Func):
    template, arg_joiner, output_field = "%(expressions)s", " > ", BooleanField()


@dataclass(frozen=True)
class Ordering:
    """columns: whose values together are unique, so the last is the id. All go up, or all go down."""

    name: str
    columns: Sequence[str]
    down: bool = False


@dataclass(frozen=True)
class Cursor:
    """A place between two rows: next to the one with these values. backwards: the page lies before it."""

    ordering: str
    values: Sequence[Any]
    backwards: bool = False

    def __str__(self) -> str:
        text = json.dumps([self.ordering, list(map(str, self.values)), self.backwards], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, ordering: str) -> "Cursor":
        """Raises REST framework's ValidationError for what is no cursor of this ordering."""
        try:
            name, values, backwards = json.loads(base64.urlsafe_b64decode(text + "=="))  # what is too much is ignored
            cursor = cls(str(name), [str(value) for value in values], backwards is True)
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise wrong(NO_CURSOR) from None
        if cursor.ordering != ordering:
            raise wrong("this cursor belongs to another ordering: begin at the first page")
        return cursor


@dataclass(frozen=True)
class Page:
    """rows: in the order asked for. next and previous: the links to the neighbours, or None."""

    rows: list[Any]
    next: str | None
    previous: str | None

    def body(self, results: Any) -> dict[str, Any]:
        return {"results": results, "next": self.next, "previous": self.previous}


def wrong(why: str) -> InvalidField:
    return InvalidField({"cursor": [why]})


def page(request: Request, rows: "QuerySet[Any]", ordering: Ordering, *, size: int, cursor: str | None = None) -> Page:
    """The page of `rows` at the cursor, at most `size` long. One row more than that is read, to know if there is more.

    Raises REST framework's ValidationError for a cursor that can't be read.
    """
    place = Cursor.read(cursor, ordering.name) if cursor else None
    backwards = bool(place and place.backwards)
    found = list(beyond(rows, ordering, place).order_by(*sorting(ordering, backwards))[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, place is not None)
    return Page(
        found,
        _link(request, ordering, found[-1], False) if has_next and found else None,
        _link(request, ordering, found[0], True) if has_previous and found else None,
    )


def sorting(ordering: Ordering, backwards: bool) -> list[str]:
    """For `order_by`. backwards: from the last row on."""
    sign = "-" if ordering.down != backwards else ""
    return [sign + column for column in ordering.columns]


def beyond(rows: "QuerySet[Any]", ordering: Ordering, place: Cursor | None) -> "QuerySet[Any]":
    """The rows on that side of the place to which it looks; all where there is none.

    Raises REST framework's ValidationError for a place that can't be one of these rows'.
    """
    if place is None:
        return rows
    if len(place.values) != len(ordering.columns):
        raise wrong(NO_CURSOR)
    values = map(partial(_value, rows.model), ordering.columns, place.values)
    comparison = Before if ordering.down != place.backwards else After
    return rows.filter(comparison(Row(*map(F, ordering.columns)), Row(*values)))


def after(row: Any, ordering: Ordering, backwards: bool) -> Cursor:
    """The place next to this row."""
    return Cursor(ordering.name, [getattr(row, column) for column in ordering.columns], backwards)


def _value(model: type[Model], column: str, text: str) -> Value:
    """The cursor's text as a value of the column's type. A column that a query made is a number with a point."""
    named = {field.name: field for field in model._meta.get_fields()}
    if column not in named:
        try:
            return Value(float(text))
        except ValueError:
            raise wrong(NO_CURSOR) from None
    field: Field[Any, Any] = named[column]
    if "\x00" in text:  # Postgres keeps none, so no row has it
        raise wrong(NO_CURSOR)
    try:
        return Value(field.clean(text, None))
    except (ValidationError, ValueError, OverflowError):
        raise wrong(NO_CURSOR) from None


def _link(request: Request, ordering: Ordering, row: Any, backwards: bool) -> str:
    cursor = after(row, ordering, backwards)
    query = request.query_params.copy()
    query["cursor"] = str(cursor)
    return str(request.build_absolute_uri(f"{request.path}?{query.urlencode()}"))
