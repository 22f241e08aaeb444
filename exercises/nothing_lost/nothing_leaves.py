"""nothing-leaves: find the connection of the relay that leads, and is frozen."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psycopg

from nexus import Lab
from nexus.exercises import Finding, exercise

KEY = 42
# Locks of others in the same database: what is taken, and the hint where its holder is found.
OTHERS = [
    ("select pg_advisory_lock(7)", "the number of the lock is in objid"),
    ("select pg_advisory_lock(42, 0)", "two numbers of 32 bits are another kind of lock: objsubid is 2"),
    ("select pg_advisory_lock(0, 42)", "two numbers of 32 bits are another kind of lock: objsubid is 2"),
    (f"select pg_advisory_lock({(1 << 32) + KEY})", "a number above 32 bits has its upper half in classid"),
]


@exercise("nothing-leaves")
def nothing_leaves(lab: Lab, answer: Any) -> Iterator[Finding]:
    with ExitStack() as stack:
        other = stack.enter_context(lab.connect())  # before the leader: so the leader's pid is not the lowest
        leader = stack.enter_context(lab.connect(autocommit=True))
        leader.execute("select pg_advisory_lock(%s)", [KEY])
        pid = leader.info.backend_pid
        yield finding("the leader is found", lab, answer, pid, "a row of pg_locks with locktype 'advisory' has its pid")
        for statement, hint in OTHERS:
            stack.enter_context(lab.connect(autocommit=True)).execute(statement.encode())
            yield finding(f"another holds “{statement.removeprefix('select ')}”", lab, answer, pid, hint)
        elsewhere = stack.enter_context(psycopg.connect(in_postgres(lab), autocommit=True))
        if elsewhere.execute("select pg_try_advisory_lock(%s)", [KEY]).fetchone() == (True,):
            hint = "a lock belongs to a database: compare pg_locks.database with the oid of yours in pg_database"
            yield finding("somebody holds 42 in another database", lab, answer, pid, hint)
        yield waiting(lab, answer, pid, other)
        leader.execute("select pg_advisory_unlock(%s)", [KEY])
        yield finding("nobody leads: nobody is found", lab, answer, None, "the lock is in the list while it is held")


def finding(what: str, lab: Lab, answer: Any, pid: int | None, hint: str) -> Finding:
    expected = "the leader alone" if pid else "nobody"
    return Finding(what, expected, said(lab.sql(answer), pid), hint)


def said(found: Any, pid: int | None) -> str:
    """Who was found, without numbers: they differ from run to run."""
    pids = [row if isinstance(row, int) else row[0] for row in found or []]
    others = len([one for one in pids if one != pid])
    leader = "the leader" if pid in pids else "not the leader"
    if not pids:
        return "nobody"
    return f"{leader}, and {others} others" if others else "the leader alone"


def in_postgres(lab: Lab) -> str:
    """The address of another database of the same server."""
    return psycopg.conninfo.make_conninfo(lab.url("postgres"), dbname="postgres")


def waiting(lab: Lab, answer: Any, pid: int, other: psycopg.Connection[Any]) -> Finding:
    """While the other relay waits for the lock, it has a row in pg_locks, too."""
    pgconn = other.pgconn
    pgconn.send_query(b"select pg_advisory_lock(42)")
    while not lab.sql("select count(*) from pg_locks where locktype = 'advisory' and not granted")[0]:
        pass
    hint = "who waits for a lock is in the list as well: `granted` says who has it"
    found = finding("the other relay waits for the lock", lab, answer, pid, hint)
    other.cancel()
    while pgconn.get_result():
        pass
    return found
