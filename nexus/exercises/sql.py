"""For exercises in SQL: tables that nothing lasts in, and what a learner's statement did to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy.exc import IntegrityError

from nexus.lab import Lab

# What a statement of an answer may take, and it may wait for a lock so long. Less than a check may take in all.
STATEMENT_SECONDS = 20


def _fresh(set_: str) -> tuple[str, ...]:
    """What bounds each statement, and makes the schema, which is there where an answer said `commit`."""
    return (
        f"{set_} statement_timeout = '{STATEMENT_SECONDS}s'",
        "drop schema if exists scratch cascade",
        "create schema scratch",
        f"{set_} search_path to scratch",
    )


@contextmanager
def scratch(lab: Lab) -> Iterator[sqlalchemy.Connection]:
    """A connection to the chapter's database where nothing lasts: an own schema, rolled back at the end."""
    with lab.engine.connect() as connection:
        for statement in _fresh("set local"):
            connection.exec_driver_sql(statement)
        yield connection


@contextmanager
def scratch_tables(lab: Lab, script: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to what the SQL makes, in a schema of its own. It commits, since a plan vacuums."""
    with lab.connect(autocommit=True) as connection:
        for statement in (*_fresh("set"), script):
            connection.execute(statement.encode())
        yield connection
        connection.execute("drop schema scratch cascade")


def run(connection: sqlalchemy.Connection, statement: str) -> sqlalchemy.CursorResult[Any]:
    """Run a learner's statement as it is: a per cent sign in it is no place for a value."""
    return connection.exec_driver_sql(statement.replace("%", "%%"))


def ids_of(cursor: psycopg.Cursor[Any]) -> list[Any]:
    """The column `id` of what a learner's query shows, wherever it is. Raises ValueError where it shows none."""
    columns = [column.name for column in cursor.description or ()]
    if "id" not in columns:
        raise ValueError(f"a query that shows the `id` is wanted; this one shows {', '.join(columns) or 'no rows'}")
    place = columns.index("id")
    return [row[place] for row in cursor]


def accepts(connection: sqlalchemy.Connection, statement: str) -> bool:
    """Whether a constraint lets the statement pass. One that is wrong in itself raises, as always."""
    try:
        with connection.begin_nested():
            run(connection, statement)
    except IntegrityError:
        return False
    return True
