"""The exercises of 21-indexes: two columns in order, a query that fits its index, an index that answers alone."""

from collections.abc import Iterator
from typing import Any

import psycopg

from nexus import Lab
from nexus.exercises import Chapter, Finding, ids_of, scratch_tables
from nexus.plan import Plan, explain

chapter = Chapter("21-indexes")
check = chapter.check

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
    """On how many pages the indexes of the scratch tables stand. Raises ValueError where there is none."""
    row = db.execute("""
        select sum(pg_relation_size(indexrelid) / 8192)::int from pg_stat_user_indexes where schemaname = 'scratch'
    """).fetchone()
    if row is None or row[0] is None:
        raise ValueError("no index was made; a `create index on messages ...` is wanted")
    return int(row[0])


# --- latest-messages

LATEST = "select body from messages where conversation_id = {} order by sent_at desc limit 10"


@chapter.exercise("latest-messages")
def latest_messages(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, MESSAGES) as db:
        db.execute(answer)
        index_pages(db)
        plan, of_another = (explain(db, LATEST.format(conversation)) for conversation in (42, 77))
    is_sorted = any("Sort" in name for name in plan.names)
    yield Finding(
        "nothing is sorted",
        expected=False,
        happened=is_sorted,
        hint="let the index hold the messages of a conversation in their order: a second column in its brackets",
    )
    straight = Finding(
        "the query goes straight to its ten messages",
        **at_most(15, plan),
        hint="to sort the messages, it fetched them all"
        if is_sorted
        else "what is compared with `=` comes first; else the messages of all conversations lie in between",
    )
    yield straight
    if straight.passed and not is_sorted:
        yield Finding(
            "so it does for any other conversation",
            **at_most(15, of_another),
            hint="42 is an example: let the index hold the messages of all conversations, without a `where`",
        )


latest_messages.right("CREATE INDEX ON messages (conversation_id, sent_at DESC);")
latest_messages.right("create index on messages (conversation_id, sent_at) include (body)")
latest_messages.right("create index if not exists latest on messages using btree (conversation_id desc, sent_at)")
latest_messages.right("create index concurrently latest on messages (conversation_id, sent_at, id)")
latest_messages.wrong("a second column")("create index on messages (conversation_id)")
latest_messages.wrong("in its brackets")("create index on messages (conversation_id) include (sent_at)")
latest_messages.wrong("a second column")("create index on messages (conversation_id, id, sent_at)")
latest_messages.wrong("comes first")("create index on messages (sent_at)")
latest_messages.wrong("comes first")("create index on messages (sent_at, conversation_id)")
latest_messages.wrong("comes first")(
    "create index on messages (conversation_id); create index on messages (sent_at desc)"
)
latest_messages.wrong("42 is an example")("create index on messages (sent_at desc) where conversation_id = 42")
latest_messages.wrong("at which word it stumbled")("create unique index on messages (conversation_id, sent_at)")
latest_messages.wrong("at which word it stumbled")("create index on messages conversation_id, sent_at")
latest_messages.wrong("what the task says your answer is")(LATEST.format(42))


# --- one-day


@chapter.exercise("one-day")
def one_day(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, MESSAGES) as db:
        db.execute("create index on messages (sent_at)")
        right = set(ids_of(db.execute("select id from messages where sent_at::date = '2026-03-01'")))
        found = set(ids_of(db.execute(answer)))
        plan = explain(db, answer)
    yield Finding(
        "all messages of the day are found",
        expected=0,
        happened=len(right - found),
        hint="so many are missing: the day begins at midnight, which belongs to it, and ends where the next one begins",
    )
    yield Finding(
        "no other message is found",
        expected=0,
        happened=len(found - right),
        hint="these are too many: the next midnight belongs to the next day, so ask for what is before it",
    )
    if right >= found:
        yield Finding(
            "the index is used",
            **at_most(60, plan),
            hint="leave `sent_at` bare on its side of the comparison: no cast, no function, no arithmetic",
        )


one_day.right("select id from messages where sent_at >= '2026-03-01' and sent_at < '2026-03-01'::date + 1")
one_day.right("select * from messages where '2026-03-01' <= sent_at and sent_at < '2026-03-02' order by sent_at;")
one_day.right("select sent_at, id from messages where not (sent_at < '2026-03-01' or sent_at >= '2026-03-02')")
one_day.right("select id from messages where sent_at <@ tsrange('2026-03-01', '2026-03-02')")
one_day.wrong("no cast, no function")("select id from messages where sent_at::date = '2026-03-01'")
one_day.wrong("no cast, no function")("select id from messages where date_trunc('day', sent_at) = '2026-03-01'")
one_day.wrong("no cast, no function")("select id from messages where sent_at::text like '2026-03-01%'")
one_day.wrong("no cast, no function")(
    "select id from messages where sent_at >= '2026-03-01' and sent_at - interval '1 day' < '2026-03-01'"
)
one_day.wrong("the next midnight")("select id from messages where sent_at between '2026-03-01' and '2026-03-02'")
one_day.wrong("the next midnight")("select id from messages where sent_at >= '2026-03-01'")
one_day.wrong("where the next one begins")("select id from messages where sent_at = '2026-03-01'")
one_day.wrong("midnight, which belongs to it")(
    "select id from messages where sent_at > '2026-03-01' and sent_at < '2026-03-02'"
)
one_day.wrong("where the next one begins")(
    "select id from messages where sent_at between '2026-03-01' and '2026-03-01 23:59:59'"
)
one_day.wrong("what the task says your answer is")("create index on messages ((sent_at::date))")
one_day.wrong("what the task says your answer is")(
    "select count(*) from messages where sent_at >= '2026-03-01' and sent_at < '2026-03-02'"
)


# --- unread

UNREAD = "select body from messages where receiver_id = {} and not is_read"


@chapter.exercise("unread")
def unread(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, MESSAGES) as db:
        db.execute(answer)
        pages = index_pages(db)
        plans = [explain(db, UNREAD.format(receiver)) for receiver in (7, 8)]
    plan = max(plans, key=lambda plan: plan.buffers)
    yield Finding(
        "the index has at most 40 pages",
        expected="at most 40 pages",
        happened="at most 40 pages" if pages <= 40 else "more than 40",
        hint="it holds the ninety-nine messages in a hundred that nobody asks for: leave them out, with a `where`",
    )
    alone = Finding(
        "the table is not visited",
        expected=["Index Only Scan"],
        happened=plan.names,
        hint="the index can't be used: let its `where` say `not is_read`, in the words of the query, and nothing more"
        if plan.names == ["Seq Scan"]
        else "let the index hold what the query shows, `include (...)`, and settle `is_read` in its `where`",
    )
    yield alone
    if alone.passed:
        yield Finding(
            "the query makes few visits",
            **at_most(5, plan),
            hint="the column that is compared with `=` stands in the brackets of the index, first",
        )


unread.right("create index on messages (receiver_id, body) where not is_read")
unread.right("create index on messages (receiver_id) include (body) where is_read = false")
unread.right("create index unread on messages (receiver_id, is_read) include (body) where not is_read;")
unread.right("create index on messages (receiver_id, id) include (body, is_read) where not is_read")
unread.wrong("include (...)")("create index on messages (receiver_id, is_read)")
unread.wrong("ninety-nine")("create index on messages (receiver_id, is_read) include (body)")
unread.wrong("ninety-nine")("create index on messages (receiver_id) include (body)")
unread.wrong("ninety-nine")("create index on messages (receiver_id) include (body) where is_read")
unread.wrong("include (...)")("create index on messages (receiver_id) where not is_read")
unread.wrong("nothing more")("create index on messages (body) where not is_read and receiver_id = 7")
unread.wrong("in the words of the query")(
    "create index on messages (receiver_id) include (body) where is_read is false"
)
unread.wrong("stands in the brackets of the index, first")(
    "create index on messages (body, receiver_id) where not is_read"
)
unread.wrong("stands in the brackets of the index, first")(
    "create index on messages (is_read) include (receiver_id, body) where not is_read"
)
unread.wrong("stands in the brackets of the index, first")(
    "create index on messages (is_read, receiver_id) include (body) where not is_read"
)
unread.wrong("at which word it stumbled")("create index on messages (receiver_id) where not is_read include (body)")
