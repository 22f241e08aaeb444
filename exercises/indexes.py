"""The exercises of 21-indexes: two columns in order, a query that fits its index, an index that answers alone."""

from collections.abc import Iterator
from typing import Any

from nexus import Lab
from nexus.exercises import Chapter, Finding, scratch_tables
from nexus.plan import Plan, explain

chapter = Chapter("21-indexes")
check = chapter.check

# Conversation 42 has been silent for a long time, so that its latest messages are not the table's latest.
MESSAGES = """
    create table messages as
    select n as id,
           case when n > 5000 and n % 200 = 42 then 43 else n % 200 end as conversation_id,
           n % 20 as receiver_id,
           hashint4(n) % 100 <> 0 as is_read,
           '2026-02-20'::timestamp + n * interval '1 minute' as sent_at,
           'Message ' || n as body
    from generate_series(1, 20000) as n
"""


def at_most(visits: int, plan: Plan) -> dict[str, str]:
    """What was expected of a plan's visits to pages, and what happened, as a Finding wants them.

    Not how many: on a table this small, releases of Postgres differ.
    """
    expected, more = f"at most {visits} visits to pages", f"more than {visits}"
    return {"expected": expected, "happened": expected if plan.buffers <= visits else more}


# --- latest-messages

LATEST = "select body from messages where conversation_id = 42 order by sent_at desc limit 10"


@chapter.exercise("latest-messages")
def latest_messages(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, MESSAGES) as db:
        db.execute(answer)
        plan = explain(db, LATEST)
    yield Finding(
        "nothing is sorted",
        expected=False,
        happened=any("Sort" in name for name in plan.names),
        hint="let the index hold the messages of a conversation in their order: a second column",
    )
    yield Finding(
        "the query goes straight to its ten messages",
        **at_most(15, plan),
        hint="what is compared with `=` comes first; else the messages of all conversations lie in between",
    )


latest_messages.right("CREATE INDEX ON messages (conversation_id, sent_at DESC);")
latest_messages.right("create index on messages (conversation_id, sent_at) include (body)")
latest_messages.wrong("a second column")("create index on messages (conversation_id)")
latest_messages.wrong("comes first")("create index on messages (sent_at)")
latest_messages.wrong("comes first")("create index on messages (sent_at, conversation_id)")
latest_messages.wrong("at which word it stumbled")("create index on messages conversation_id, sent_at")


# --- one-day


@chapter.exercise("one-day")
def one_day(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, MESSAGES) as db:
        db.execute("create index on messages (sent_at)")
        right = {row[0] for row in db.execute("select id from messages where sent_at::date = '2026-03-01'")}
        found = [row[0] for row in db.execute(answer)]
        plan = explain(db, answer)
    yield Finding(
        "all messages of the day are found",
        expected=0,
        happened=len(right - set(found)),
        hint="these are missing: the day begins at midnight, and that midnight belongs to it",
    )
    yield Finding(
        "no other message is found",
        expected=0,
        happened=len(set(found) - right),
        hint="these are too many: the next midnight belongs to the next day, so ask for what is before it",
    )
    yield Finding(
        "the index is used",
        **at_most(60, plan),
        hint="leave `sent_at` bare on its side of the comparison: no cast, no function, no arithmetic",
    )


one_day.right("select id from messages where sent_at >= '2026-03-01' and sent_at < '2026-03-01'::date + 1")
one_day.wrong("no cast, no function")("select id from messages where sent_at::date = '2026-03-01'")
one_day.wrong("no cast, no function")("select id from messages where date_trunc('day', sent_at) = '2026-03-01'")
one_day.wrong("the next midnight")("select id from messages where sent_at between '2026-03-01' and '2026-03-02'")
one_day.wrong("these are missing")("select id from messages where sent_at = '2026-03-01'")
one_day.wrong("these are missing")("select id from messages where sent_at > '2026-03-01' and sent_at < '2026-03-02'")


# --- unread

UNREAD = "select body from messages where receiver_id = {} and not is_read"
PAGES = """
    select coalesce(sum(pg_relation_size(indexrelid)) / 8192, 0)::int
    from pg_stat_user_indexes where schemaname = 'scratch'
"""


@chapter.exercise("unread")
def unread(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, MESSAGES) as db:
        db.execute(answer)
        (pages,) = db.execute(PAGES).fetchone() or (0,)
        plans = [explain(db, UNREAD.format(receiver)) for receiver in (7, 8)]
    plan = max(plans, key=lambda plan: plan.buffers)
    yield Finding(
        "the index has at most 40 pages",
        expected="at most 40 pages",
        happened="at most 40 pages" if pages <= 40 else "more than 40",
        hint="it holds the ninety-nine messages in a hundred that nobody asks for: end it in `where ...`",
    )
    yield Finding(
        "the table is not visited",
        expected=["Index Only Scan"],
        happened=plan.names,
        hint="let the index hold what the query shows: `include (...)`; and search it by receiver, whoever that is",
    )
    yield Finding(
        "the query makes few visits",
        **at_most(5, plan),
        hint="the column that is compared with `=` stands in the brackets of the index, first",
    )


unread.right("create index on messages (receiver_id, body) where not is_read")
unread.right("create index on messages (receiver_id) include (body) where is_read = false")
unread.wrong("include (...)")("create index on messages (receiver_id, is_read)")
unread.wrong("ninety-nine")("create index on messages (receiver_id, is_read) include (body)")
unread.wrong("include (...)")("create index on messages (receiver_id) where not is_read")
unread.wrong("whoever that is")("create index on messages (body) where not is_read and receiver_id = 7")
