"""EXPLAIN in numbers that repeat: nodes, rows and buffers; no times, no costs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from nexus.tables import aligned


@dataclass(frozen=True)
class Node:
    """One step of a plan. rows: those it returned, over all its loops. buffers: pages it and its inputs touched."""

    depth: int
    name: str
    rows: int
    buffers: int


@dataclass(frozen=True)
class Plan:
    """The steps of a query, the outermost first. Shows itself as a table."""

    nodes: tuple[Node, ...]

    @property
    def rows(self) -> int:
        """Rows that the query returned."""
        return self.nodes[0].rows

    @property
    def buffers(self) -> int:
        """Pages of 8 kB that the whole query touched, whether they were in memory or read from disk."""
        return self.nodes[0].buffers

    @property
    def names(self) -> list[str]:
        return [node.name for node in self.nodes]

    def __repr__(self) -> str:
        rows = [("  " * node.depth + node.name, f"{node.rows:,}", f"{node.buffers:,}") for node in self.nodes]
        return aligned(("node", "rows", "buffers"), rows, right=(False, True, True))


def explain(connection: psycopg.Connection[Any], query: str, parameters: Sequence[Any] | None = None) -> Plan:
    """Run a query and return its plan.

    The tables are vacuumed and analysed first, so that neither old row versions nor stale statistics nor hint bits
    set on a first read change the counts. It runs twice and the second run counts: in the first, a new connection also
    reads the catalogue, which has nothing to do with the query. Parallel plans are off: how rows fall to the workers
    differs each time. Needs a connection in autocommit.
    """
    connection.execute("set max_parallel_workers_per_gather = 0")
    tables = _tables(_ask(connection, "explain (format json, verbose)", query, parameters))
    for _ in ("to fill the catalogue's cache", "to count"):
        for table in tables:
            connection.execute(sql.SQL("vacuum (freeze, analyze) {}").format(sql.Identifier(*table)))
        with connection.transaction(force_rollback=True):  # a plan of an UPDATE leaves the data as they were
            answer = _ask(connection, "explain (analyze, buffers, timing off, format json)", query, parameters)
    return Plan(tuple(_nodes(answer)))


def _ask(connection: psycopg.Connection[Any], how: str, query: str, parameters: Sequence[Any] | None) -> dict[str, Any]:
    # An explained statement takes no parameters of its own on the wire, so they are merged on our side.
    ((answer,),) = psycopg.ClientCursor(connection).execute(f"{how} {query}", parameters)
    plan: dict[str, Any] = answer[0]["Plan"]
    return plan


def _tables(node: dict[str, Any]) -> set[tuple[str, str]]:
    own = {(node["Schema"], node["Relation Name"])} if "Relation Name" in node else set()
    return own.union(*(_tables(child) for child in node.get("Plans", [])))


def _nodes(node: dict[str, Any], depth: int = 0) -> Iterator[Node]:
    # Postgres gives rows as a mean over the loops, since version 18 with decimals.
    rows = round(node["Actual Rows"] * node["Actual Loops"])
    yield Node(depth, node["Node Type"], rows, node["Shared Hit Blocks"] + node["Shared Read Blocks"])
    for child in node.get("Plans", []):
        yield from _nodes(child, depth + 1)
