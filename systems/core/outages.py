"""What is neither a refusal nor a fault of ours: a server that is down, that hangs, or that asks to try again."""

from collections.abc import Callable
from typing import Any

import redis
from django.db import DatabaseError, OperationalError

from systems.core.errors import Overloaded

# Of Postgres' states (errcodes): a program limit that the statement is over, which trying again does not change.
OWN_FAULT = "54"
# Not among Django's OperationalErrors: the connection was closed after a rest in a transaction; a standby.
OUTAGES = {"25P03", "25006"}
OTHERS = (
    redis.ConnectionError,
    redis.TimeoutError,
    redis.exceptions.ReadOnlyError,
    redis.exceptions.OutOfMemoryError,
    Overloaded,
)


def is_outage(error: BaseException | None) -> bool:
    """Whether the same may succeed later: no connection, no answer, a timeout, a lock, a deadlock, no room."""
    if isinstance(error, DatabaseError):
        state = getattr(error.__cause__, "sqlstate", None) or ""
        return state in OUTAGES or (isinstance(error, OperationalError) and not state.startswith(OWN_FAULT))
    return isinstance(error, OTHERS)


class FirstOutage:
    """For `connection.execute_wrapper`, around code that goes on after an error: each statement after an outage fails
    with that one at once, where it might wait as long again.
    """

    def __init__(self) -> None:
        self._outage: DatabaseError | None = None

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        if self._outage:
            raise self._outage
        try:
            return execute(*arguments)
        except DatabaseError as error:
            self._outage = error if is_outage(error) else None
            raise
