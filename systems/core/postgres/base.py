"""A connection that does not wait longer than it may, and a backend that makes such connections.

Postgres ends a slow statement itself (statement_timeout), but a server that hangs ends nothing, and libpq waits for its
answer as long as the connection lives, which the kernel below a frozen process keeps alive. So the client counts, too:
OPTIONS takes `answer_seconds`, how long to wait for the answer to one statement; without it there is no bound.

Looked at: tcp_user_timeout and keepalives (a frozen process acknowledges), psycopg's pool (it bounds the wait for a
connection, not for an answer), a pooler in front (PgBouncer's query_timeout: one more server). A bound in Django, or in
psycopg's connection parameters, would take the place of this.
"""

from collections import defaultdict
from types import ModuleType
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus

from systems.core.silence import Silence

POLL_SECONDS = 0.1  # how soon a wait notices Ctrl-C; psycopg's own
HEALTH_SECONDS = 2.0  # a kept connection that does not answer `SELECT 1` by then is closed


class Connection(psycopg.Connection[Any]):
    """answer_seconds: how long it waits for one answer; None for as long as it takes."""

    answer_seconds: float | None = None
    silence: Silence

    def wait(self, gen: PQGen[RV], interval: float = POLL_SECONDS, timeout: float | None = None) -> RV:
        """As psycopg's, which every statement goes through, with a bound where none is named.

        Raises OperationalError where it is reached. The connection is closed then: its answer may still arrive, and
        would be taken for that of the next statement.
        """
        try:
            return super().wait(gen, interval, self.answer_seconds if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.silence.begins()
                self.pgconn.finish()
            raise


def silence_of_postgres() -> Silence:
    return Silence("Postgres", timeout=psycopg.errors.ConnectionTimeout, refusal=psycopg.OperationalError)


bounded = ModuleType("psycopg", "The module that Django's backend asks for connections, errors and types.")
vars(bounded).update({**vars(psycopg), "connect": Connection.connect})


class DatabaseWrapper(base.DatabaseWrapper):
    """One for each thread and alias, as Django has them. The silence of an alias is known to all threads."""

    Database = bounded
    _silences: defaultdict[str, Silence] = defaultdict(silence_of_postgres)

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        params.pop("answer_seconds", None)
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        silence = self._silences[self.alias]
        with silence.observed():
            connection: Connection = super().get_new_connection(conn_params)
        connection.silence = silence
        connection.answer_seconds = self.settings_dict["OPTIONS"].get("answer_seconds")
        return connection

    def is_usable(self) -> bool:
        """Whether the connection answers, and soon: what follows it in a request takes time, too."""
        if self.connection is None:
            return False
        usual, self.connection.answer_seconds = self.connection.answer_seconds, HEALTH_SECONDS
        try:
            answers = bool(super().is_usable())
        finally:
            self.connection.answer_seconds = usual
        if answers:  # else a silence would last until somebody connects, and refuse the first who do
            self._silences[self.alias].ends()
        return answers
