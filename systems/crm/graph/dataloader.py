"""Relations in batches: one query for all rows that were read together, however many they are.

A resolver is called for one row at a time, so a relation that it reads by itself costs a query a row. The usual fix is
a DataLoader: resolvers return promises, and an event loop collects what they ask for. In a synchronous view there is no
loop. But there is no need to wait and collect either: rows that one query read are at one place of the answer, and
what is asked of the first will be asked of all. So each row knows the rows it was read with, and the first that is
asked for a relation fetches it for all. Rows belong to one request, and so does what is fetched for them. Why own:
"Batches of GraphQL" in DECISIONS.md.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeVar
from weakref import ref

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
Value = TypeVar("Value")
MARK = "_read_with"  # where a row keeps its batch


class Batch:
    """Rows that were read together, and what was fetched for them, by the name of the relation and its arguments.

    It holds its rows weakly, since each of them holds it. A ring of thousands of rows would have to wait for Python's
    collector, which then costs more than all of this saves.
    """

    __slots__ = ("_rows", "found")

    def __init__(self, rows: list[Any]) -> None:
        self._rows, self.found = [ref(row) for row in rows], dict[Hashable, Mapping[Any, Any]]()

    def rows(self) -> list[Any]:
        """Those that are part of the answer still."""
        return [row for known in self._rows if (row := known()) is not None]


def as_batch(rows: Iterable[Row]) -> list[Row]:
    """The rows, as one batch."""
    rows = list(rows)
    batch = Batch(rows)
    for row in rows:
        setattr(row, MARK, batch)
    return rows


def load(row: Model, key: Hashable, fetch: Callable[[list[Any]], Mapping[Any, Value]]) -> Mapping[Any, Value]:
    """What `fetch` finds for all rows of this one's batch. It runs for the first row that asks."""
    if not hasattr(row, MARK):
        as_batch([row])
    batch: Batch = getattr(row, MARK)
    if key not in batch.found:
        batch.found[key] = fetch(batch.rows())
    return batch.found[key]


def load_related(row: Model, relation: str, queryset: Callable[[], "QuerySet[Row]"]) -> Row:
    """The row to which a foreign key leads. queryset: makes the query, which most rows do not need."""
    field: Any = row._meta.get_field(relation)
    if field.is_cached(row):
        related: Row = field.get_cached_value(row)
        return related

    def fetch(rows: list[Any]) -> Mapping[Any, Row]:
        keys = {getattr(each, field.attname) for each in rows}
        return {each.pk: each for each in as_batch(queryset().filter(pk__in=keys))}

    return load(row, relation, fetch)[getattr(row, field.attname)]
