"""unread: an index that is small, and answers a query alone."""

from collections.abc import Iterator
from typing import Any

from exercises.indexes.messages import MESSAGES, at_most, index_pages
from nexus import Lab
from nexus.exercises import Finding, exercise, scratch_tables
from nexus.plan import Plan, explain

UNREAD = "select body from messages where receiver_id = {} and not is_read"


@exercise("unread")
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
    alone = answers_alone(plan)
    yield alone
    if alone.passed:
        yield Finding(
            "the query makes few visits",
            **at_most(5, plan),
            hint="the column that is compared with `=` is in the brackets of the index, first",
        )


def answers_alone(plan: Plan) -> Finding:
    return Finding(
        "the table is not visited",
        expected=["Index Only Scan"],
        happened=plan.names,
        hint="the index can't be used: let its `where` say `not is_read`, in the words of the query, and nothing more"
        if plan.names == ["Seq Scan"]
        else "let the index hold what the query shows, `include (...)`, and settle `is_read` in its `where`",
    )
