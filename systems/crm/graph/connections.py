"""Lists and pages of GraphQL, on the platform's own cursors (core/cursor.py): stable while rows are added.

graphene's cursors are places in a list, "the 20th": a row that is added before it shifts all that follow, and a reader
sees one of them twice. Here a cursor holds the values of its row, and a page begins after those. Why own:
"Connections of GraphQL" in DECISIONS.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Any

import graphene
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from graphene import relay

from systems.core.cursor import DEFAULT_SIZE, Cursor, Ordering, seek
from systems.crm.graph.dataloader import as_batch, load

ALL_OF_THEM = Q()


@dataclass(frozen=True)
class PageArguments:
    """Which part of a list: so many rows from the place on, or before it where the place looks backwards."""

    ordering: Ordering
    size: int
    place: Cursor | None = None
    backwards: bool = False

    @classmethod
    def parse(
        cls,
        ordering: Ordering,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> "PageArguments":
        """From a field's arguments. Raises Django's ValidationError."""
        backwards = last is not None or before is not None
        if backwards and (first is not None or after is not None):
            raise ValidationError("first goes with after, and last with before: no other two go together")
        length = last if backwards else first
        size = DEFAULT_SIZE if length is None else length
        if not 0 <= size <= settings.GRAPHQL_PAGE_SIZE:  # known before, from the query; but never by this way alone
            raise ValidationError(f"a page has from 0 to {settings.GRAPHQL_PAGE_SIZE} rows")
        text = before if backwards else after
        place = replace(Cursor.decode(text, ordering), backwards=backwards) if text else None
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
        return str(Cursor.at(self.node, self.ordering))


class Page:
    """A relay connection, and its own pageInfo. found: in the order in which they were read, with one row too many."""

    def __init__(self, found: list[Any], arguments: PageArguments) -> None:
        more, rows = len(found) > arguments.size, found[: arguments.size]
        if arguments.backwards:
            rows.reverse()
        self.edges = [Edge(row, arguments.ordering) for row in rows]
        has_place = arguments.place is not None
        self.has_next_page, self.has_previous_page = (has_place, more) if arguments.backwards else (more, has_place)

    @property
    def page_info(self) -> "Page":
        return self

    @property
    def start_cursor(self) -> str | None:
        return self.edges[0].cursor if self.edges else None

    @property
    def end_cursor(self) -> str | None:
        return self.edges[-1].cursor if self.edges else None


def page(rows: "QuerySet[Any]", arguments: PageArguments) -> Page:
    """A page of a list at the root of a query."""
    found = list(_from_place(rows, arguments)[: arguments.size + 1])
    as_batch(found[: arguments.size])
    return Page(found, arguments)


def page_of(
    parent: Model,
    model: type[Model],
    relation: str,
    arguments: PageArguments,
    where: Q = ALL_OF_THEM,
    filters: Any = None,
) -> Page:
    """A page of those rows that belong to the parent, fetched with the pages of all in its batch.

    relation: the foreign key that leads to the parent. filters: what `where` was made of, to tell it from others.
    """

    def fetch(parents: list[Any]) -> dict[Any, Page]:
        rows: Any = model._default_manager.filter(where)
        found = {key: list(some) for key, some in _pages(parents, relation, rows, arguments)}
        as_batch(row for some in found.values() for row in some[: arguments.size])
        return {one.pk: Page(found.get(one.pk, []), arguments) for one in parents}

    return load(parent, (model, relation, arguments.key, repr(filters)), fetch)[parent.pk]


def list_of(parent: Model, model: type[Model], relation: str, arguments: PageArguments) -> list[Any]:
    """The same as a plain list."""
    return [edge.node for edge in page_of(parent, model, relation, arguments).edges]


def connection_field(connection: Any, filter: Any, order_by: Any, default: Any, description: str) -> graphene.Field:
    return graphene.Field(
        connection,  # may be null: what is wrong with one list must not cost a client all the others
        description=description,
        filter=filter(),
        order_by=order_by(required=True, default_value=default.value),
        first=graphene.Int(description=f"So many after the cursor, {DEFAULT_SIZE} by default."),
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


def _from_place(rows: "QuerySet[Any]", arguments: PageArguments) -> "QuerySet[Any]":
    if arguments.place is None:  # `last` without a place: from the end on
        return rows.order_by(*arguments.ordering.order_by(backwards=arguments.backwards))
    return seek(rows, arguments.ordering, arguments.place)


def _pages(
    parents: list[Any], relation: str, rows: "QuerySet[Any]", arguments: PageArguments
) -> Iterator[tuple[Any, Any]]:
    """For each parent that has any, its key and its first rows, one more than arguments."""
    key, most = f"{relation}_id", arguments.size + 1
    if len(parents) == 1:  # a limit stops at the index; a number for each row would read all rows of the parent
        mine = list(_from_place(rows.filter(**{relation: parents[0]}), arguments)[:most])
        return iter([(parents[0].pk, mine)])
    order = [_expression(name) for name in arguments.ordering.order_by(backwards=arguments.backwards)]
    of_all = _from_place(rows.filter(**{f"{relation}__in": [one.pk for one in parents]}), arguments)
    numbered = of_all.annotate(_number=Window(RowNumber(), [F(key)], order))
    some = numbered.filter(_number__lte=most).order_by(key, "_number")
    return groupby(some, attrgetter(key))


def _expression(name: str) -> Any:
    return F(name[1:]).desc() if name.startswith("-") else F(name).asc()
