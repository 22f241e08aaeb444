"""The messages of the exercises, and what is measured of a plan or an index."""

from typing import Any

import psycopg

from nexus.plan import Plan

# Conversation 42 has been silent for a long time, so that its latest messages are not the table's latest. Bodies are
# as long as a message is, so that reading all that are unread shows. Two messages may be sent in the same instant, and
# the last second of a day has messages, too.
MESSAGES = """
    create table messages as
    select n as id,
           case when n > 5000 and n % 200 = 42 then 43 else n % 200 end as conversation_id,
           n % 20 as receiver_id,
           hashint4(n) % 100 <> 0 as is_read,
           '2026-02-20'::timestamp + n * interval '1 minute' as sent_at,
           rpad('Message ' || n, 160, '.') as body
    from generate_series(1, 20000) as n
    union all values (20001, 5, 5, true, '2026-02-20 00:05'::timestamp, 'In the same instant'),
                     (20002, 6, 6, true, '2026-03-01 23:59:59.5'::timestamp, 'Before midnight')
"""


def at_most(visits: int, plan: Plan) -> dict[str, str]:
    """What was expected of a plan's visits to pages, and what happened, as a Finding wants them.

    Not how many: on a table this small, releases of Postgres differ.
    """
    expected, more = f"at most {visits} visits to pages", f"more than {visits}"
    return {"expected": expected, "happened": expected if plan.buffers <= visits else more}


def index_pages(db: psycopg.Connection[Any]) -> int:
    """On how many pages the indexes of the scratch tables are. Raises ValueError where there is none."""
    row = db.execute("""
        select sum(pg_relation_size(indexrelid) / 8192)::int from pg_stat_user_indexes where schemaname = 'scratch'
    """).fetchone()
    if row is None or row[0] is None:
        raise ValueError("no index was made; a `create index on messages ...` is wanted")
    return int(row[0])
