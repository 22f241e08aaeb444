"""The provider's memory: one SQLite file, which survives a kill -9.

Every change is one transaction, and SQLite lets in one at a time: so the second click finds the payment settled, and
a status and its webhook are written together or not at all.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("schema.sql")


class Store:
    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")  # enough for a kill; after a power cut the last may be gone
        self._db.execute("pragma foreign_keys = on")
        self._db.executescript(SCHEMA.read_text(encoding="utf-8"))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def all(self, query: str, *values: object) -> list[dict[str, Any]]:
        return [dict(row) for row in self._db.execute(query, values)]

    def one(self, query: str, *values: object) -> dict[str, Any] | None:
        return next(iter(self.all(query, *values)), None)

    def change(self, statement: str, *values: object) -> int:
        """How many rows were changed. Alone it is a transaction of its own."""
        return self._db.execute(statement, values).rowcount

    def insert(self, table: str, **row: object) -> None:
        """Raises sqlite3.IntegrityError where a unique value is there already."""
        marks = ", ".join("?" * len(row))
        self.change(f"insert into {table} ({', '.join(row)}) values ({marks})", *row.values())  # noqa: S608

    def setting(self, name: str) -> str | None:
        row = self.one("select value from settings where name = ?", name)
        return str(row["value"]) if row else None

    def keep_setting(self, name: str, value: str) -> None:
        self.change("insert or replace into settings values (?, ?)", name, value)
