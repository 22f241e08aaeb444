"""what-decides: for each column the columns that decide it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from nexus import Lab
from nexus.exercises import Finding, exercise, scratch

ORDERS = """
    insert into orders values
    (1, 'ann@example.com', 'Ann', 'i1', 'Dune', 20, 20, 1), (1, 'ann@example.com', 'Ann', 'i2', 'Emma', 10, 9, 2),
    (2, 'bob@example.com', 'Bob', 'i1', 'Dune', 20, 18, 1), (2, 'bob@example.com', 'Bob', 'i3', 'Emma', 15, 15, 1),
    (3, 'ann2@example.com', 'Ann', 'i2', 'Emma', 10, 10, 3), (3, 'ann2@example.com', 'Ann', 'i4', 'Ulysses', 20, 20, 1),
    (4, 'ann@example.com', 'Ann', 'i1', 'Dune', 20, 18, 2), (4, 'ann@example.com', 'Ann', 'i4', 'Ulysses', 20, 17, 5),
    (5, 'bob@example.com', 'Bob', 'i2', 'Emma', 10, 10, 4), (5, 'bob@example.com', 'Bob', 'i3', 'Emma', 15, 10, 6),
    (6, 'ann@example.com', 'Ann', 'i3', 'Emma', 15, 12, 1), (6, 'ann@example.com', 'Ann', 'i2', 'Emma', 10, 8, 1)
"""
ORDER_COLUMNS = ("order_no", "email", "name", "isbn", "title", "list_price", "paid", "copies")


@exercise("what-decides")
def what_decides(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch(lab) as db:
        db.exec_driver_sql(
            "create table orders (order_no int, email text, name text, isbn text, title text,"
            " list_price numeric, paid numeric, copies int)"
        )
        db.exec_driver_sql(ORDERS)
        for column in ORDER_COLUMNS:
            if column not in ("order_no", "isbn"):
                named = answer[column]
                yield decided(db, column, {named} if isinstance(named, str) else {*named})


def decided(db: Connection, column: str, by: set[str]) -> Finding:
    """Whether these columns decide that one: all of them needed, and none of them only by way of another."""
    what, expected = f"{column} is decided by {' and '.join(sorted(by)) or 'nothing'}", "directly, no less, no more"
    if not by or column in by:
        return Finding(what, expected, "that decides nothing", "name other columns, one or more, that decide it")
    if unknown := by - set(ORDER_COLUMNS):
        return Finding(what, expected, f"no column {', '.join(sorted(unknown))}", "use the names of the columns")
    if not decides(db, by, column):
        happened = f"two lines agree in {' and '.join(sorted(by))} and differ in {column}"
        return Finding(what, expected, happened, "what else must you know to be sure of the value?")
    for one in sorted(by):
        if decides(db, by - {one}, column):
            rest = " and ".join(sorted(by - {one}))
            return Finding(what, expected, f"{rest} is enough", "leave out what isn't needed")
    for between in sorted(set(ORDER_COLUMNS) - by - {column}):
        by_way = decides(db, by, between) and decides(db, {between}, column)
        if by_way and not all(decides(db, {between}, one) for one in by):
            return Finding(what, expected, f"only by way of {between}", "name the nearest: what decides it by itself?")
    return Finding(what, expected, expected, "")


def decides(db: Connection, by: set[str], column: str) -> bool:
    """Whether all lines that agree in `by` agree in the column."""
    keys = ", ".join(sorted(by)) or "()"
    query = f"select 1 from orders group by {keys} having count(distinct {column}) > 1"
    return db.exec_driver_sql(query).first() is None
