"""Lists and pages of GraphQL, on the platform's own cursors (web/cursor.py): stable while rows are added.

graphene's cursors are places in a list, "the 20th": a row that is added before it shifts all that follow, and a reader
sees one of them twice. Here a cursor holds the values of its row, and a page begins after those.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Any

import graphene
from django.conf import settings
from django.db.models import F, Model, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from graphene import relay
from rest_framework.exceptions import ValidationError

from systems.crm.graph.batch import Found, fetch_once, together
from systems.web.cursor import DEFAULT_SIZE, Cursor, Ordering, after, beyond, sorting

ALL_OF_THEM = Q()


@dataclass(frozen=True)
class Wanted:
    """Which part of a list: so many rows from the place on, or before it where the place looks backwards."""

    ordering: Ordering
    size: int
    place: Cursor | None = None
    backwards: bool = False

    @classmethod
    def read(
        cls,
        ordering: Ordering,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> "Wanted":
        """From a field's arguments. Raises REST framework's ValidationError."""
        backwards = last is not None or before is not None
        if backwards and (first is not None or after is not None):
            raise ValidationError("first goes with after, and last with before: no other two go together")
        size = DEFAULT_SIZE if (said := last if backwards else first) is None else said
        if not 0 <= size <= settings.GRAPHQL_PAGE_SIZE:  # known before, from the query; but never by this way alone
            raise ValidationError(f"a page has from 0 to {settings.GRAPHQL_PAGE_SIZE} rows")
        text = before if backwards else after
        place = replace(Cursor.read(text, ordering.name), backwards=backwards) if text else None
        return cls(ordering, size, place, backwards)

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.ordering.name, self.size, str(self.place), self.backwards)


@dataclass(frozen=True)
class Edge:
    node: Any
    ordering: Ordering

    @property
    def cursor(self) -> str:
        return str(after(self.node, self.ordering, backwards=False))


class Page:
    """A relay connection, and its own pageInfo. found: in the order in which they were read, with one row too many."""

    def __init__(self, found: list[Any], wanted: Wanted) -> None:
        more, rows = len(found) > wanted.size, found[: wanted.size]
        if wanted.backwards:
            rows.reverse()
        self.edges = [Edge(row, wanted.ordering) for row in rows]
        beyond_place = wanted.place is not None
        self.has_next_page, self.has_previous_page = (beyond_place, more) if wanted.backwards else (more, beyond_place)

    @property
    def page_info(self) -> "Page":
        return self

    @property
    def start_cursor(self) -> str | None:
        return self.edges[0].cursor if self.edges else None

    @property
    def end_cursor(self) -> str | None:
        return self.edges[-1].cursor if self.edges else None


def page(rows: "QuerySet[Any]", wanted: Wanted) -> Page:
    """A page of a list that stands at the root of a query."""
    found = list(_from_place(rows, wanted)[: wanted.size + 1])
    together(found[: wanted.size])
    return Page(found, wanted)


def page_of(
    parent: Model, model: type[Model], relation: str, wanted: Wanted, where: Q = ALL_OF_THEM, said: Any = None
) -> Page:
    """A page of those rows that belong to the parent, fetched with the pages of all in its batch.

    relation: the foreign key that leads to the parent. said: what `where` was made of, to tell it from others.
    """

    def fetch(parents: list[Any]) -> Found:
        rows: Any = model._default_manager.filter(where)
        found = {key: list(some) for key, some in _pages(parents, relation, rows, wanted)}
        together(row for some in found.values() for row in some[: wanted.size])
        return {one.pk: Page(found.get(one.pk, []), wanted) for one in parents}

    return fetch_once(parent, (model, relation, wanted.key, repr(said)), fetch)[parent.pk]


def list_of(parent: Model, model: type[Model], relation: str, wanted: Wanted) -> list[Any]:
    """The same as a plain list."""
    return [edge.node for edge in page_of(parent, model, relation, wanted).edges]


def connection_field(connection: Any, filter: Any, order_by: Any, default: Any, description: str) -> graphene.Field:
    return graphene.Field(
        connection,  # may be null: what is wrong with one list must not cost a client all the others
        description=description,
        filter=filter(),
        order_by=order_by(required=True, default_value=default.value),
        first=graphene.Int(description=f"So many after the cursor, {DEFAULT_SIZE} unless said."),
        after=graphene.String(),
        last=graphene.Int(description="So many before the cursor."),
        before=graphene.String(),
    )


class Connection(relay.Connection):
    """A page: edges, and whether there is more."""

    class Meta:
        abstract = True

    @classmethod
    def __init_subclass_with_meta__(cls, **options: Any) -> None:
        super().__init_subclass_with_meta__(strict_types=True, **options)


def _from_place(rows: "QuerySet[Any]", wanted: Wanted) -> "QuerySet[Any]":
    return beyond(rows, wanted.ordering, wanted.place).order_by(*sorting(wanted.ordering, wanted.backwards))


def _pages(parents: list[Any], relation: str, rows: "QuerySet[Any]", wanted: Wanted) -> Iterator[tuple[Any, Any]]:
    """For each parent that has any, its key and its first rows, one more than wanted."""
    key, most = f"{relation}_id", wanted.size + 1
    if len(parents) == 1:  # a limit stops at the index; a number for each row would read all rows of the parent
        mine = list(_from_place(rows.filter(**{relation: parents[0]}), wanted)[:most])
        return iter([(parents[0].pk, mine)])
    order = [_expression(name) for name in sorting(wanted.ordering, wanted.backwards)]
    of_all = _from_place(rows.filter(**{f"{relation}__in": [one.pk for one in parents]}), wanted)
    numbered = of_all.annotate(_number=Window(RowNumber(), [F(key)], order))
    some = numbered.filter(_number__lte=most).order_by(key, "_number")
    return groupby(some, attrgetter(key))


def _expression(name: str) -> Any:
    return F(name[1:]).desc() if name.startswith("-") else F(name).asc()
