"""A page of a list, with the links to its neighbours."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request

from systems.core import cursor as keyset
from systems.core.cursor import Cursor, Ordering


@dataclass(frozen=True)
class Page:
    """rows: in the order asked for. next and previous: the links to the neighbours, or None."""

    rows: list[Any]
    next: str | None
    previous: str | None

    def body(self, results: Any) -> dict[str, Any]:
        return {"results": results, "next": self.next, "previous": self.previous}


def page(
    request: Request, rows: "QuerySet[Any]", ordering: Ordering, *, page_size: int, cursor: str | None = None
) -> Page:
    """The page of `rows` at the cursor, as it came. Raises Django's ValidationError for one that can't be read."""
    place = Cursor.decode(cursor, ordering) if cursor else None
    found = keyset.page(rows, ordering, size=page_size, cursor=place)
    return Page(found.rows, _link(request, found.next), _link(request, found.previous))


def _link(request: Request, place: Cursor | None) -> str | None:
    if place is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = str(place)
    return str(request.build_absolute_uri(f"{request.path}?{query.urlencode()}"))
