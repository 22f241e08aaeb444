"""A query for one value."""

from typing import Any

from nexus.exercises.racing import Connection


def one(db: Connection, query: str) -> Any:
    return (db.execute(query.encode()).fetchone() or [None])[0]
