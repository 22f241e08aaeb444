"""Whether a query gives the next page: the right rows, in a total order, in few visits."""

from collections.abc import Iterator
from typing import Any

import psycopg

from nexus.exercises import Finding, ids_of
from nexus.plan import explain

PAGE = 20


def next_page(
    db: psycopg.Connection[Any], columns: str, order: str, answer: Any, most: int, hint: str
) -> Iterator[Finding]:
    """Whether the answer gives the twenty rows after one in the midst of the list, in few visits and a total order."""
    ids, place, last = in_the_midst(db, f"select {columns} {order}")
    wanted, found = ids[place + 1 : place + 1 + PAGE], ids_of(db.execute(answer, last))
    yield Finding(
        "the next twenty are found, in their order",
        expected=wanted,
        happened=found if len(found) <= PAGE else [*found[:PAGE], f"and {len(found) - PAGE} more"],
        hint=astray(ids, place, found),
    )
    if found == wanted:
        yield Finding(
            "without the index, they come in the same order",
            expected=wanted,
            happened=without_an_index(db, answer, last),
            hint="the order must be total: let the `id` decide between rows that are equal, as the task says",
        )
    visits = explain(db, answer, last).buffers  # type: ignore[arg-type]  # psycopg takes names as well
    expected = f"at most {most}"
    yield Finding(f"it makes {expected} visits", expected, expected if visits <= most else "more", hint)


def in_the_midst(db: psycopg.Connection[Any], query: str) -> tuple[list[Any], int, dict[str, Any]]:
    """The ids of the whole list, a place in the midst of it, and the row there.

    After that row come some that equal it in the first column, and then others, within the next twenty.
    """
    listed = db.execute(query.encode())
    names = [column.name for column in listed.description or ()]
    rows = listed.fetchall()
    place = next(n for n in range(len(rows) // 2, len(rows)) if rows[n][0] == rows[n + 5][0] != rows[n + 10][0])
    return [row[names.index("id")] for row in rows], place, dict(zip(names, rows[place], strict=True))


def astray(ids: list[Any], last: int, found: list[Any]) -> str:
    """What to look at, where the rows that were found are not those that come after the last one."""
    if len(found) > PAGE:
        return "these are too many: end the query in `limit 20`"
    places = [ids.index(one) for one in found if one in ids]
    if last in places:
        return "the last row was shown already: ask for what comes after it, not for itself"
    if any(place < last for place in places):
        return "some come before the last row: where a column goes down, go on with what is smaller; else, with larger"
    if places != sorted(places) or min(places, default=0) > last + PAGE:
        return "these are in another order: `order by` as the list is ordered"
    return "some are skipped. Compare both columns: among equals in the first, the second decides; else the first alone"


def without_an_index(db: psycopg.Connection[Any], answer: Any, last: dict[str, Any]) -> list[Any]:
    with db.transaction(force_rollback=True):
        for way in ("indexscan", "indexonlyscan", "bitmapscan"):
            db.execute(f"set local enable_{way} = off".encode())
        return ids_of(db.execute(answer, last))
