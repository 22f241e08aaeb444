"""What a piece of code asks of the database."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext


def statements(act: Callable[[], object]) -> list[str]:
    """In order, without the savepoints."""
    with CaptureQueriesContext(connection) as queries:
        act()
    return [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
