"""latest-messages: an index that finds a conversation's last ten messages in their order."""

from collections.abc import Iterator
from typing import Any

from exercises.indexes.messages import MESSAGES, at_most, index_pages
from nexus import Lab
from nexus.exercises import Finding, exercise, scratch_tables
from nexus.plan import Plan, explain

LATEST = "select body from messages where conversation_id = {} order by sent_at desc limit 10"


@exercise("latest-messages")
def latest_messages(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, MESSAGES) as db:
        db.execute(answer)
        index_pages(db)
        plan, of_another = (explain(db, LATEST.format(conversation)) for conversation in (42, 77))
    in_order = Finding(
        "nothing is sorted",
        expected=False,
        happened=any("Sort" in name for name in plan.names),
        hint="let the index hold the messages of a conversation in their order: a second column in its brackets",
    )
    yield in_order
    straight = goes_straight(plan, in_order)
    yield straight
    if straight.passed and in_order.passed:
        yield Finding(
            "so it does for any other conversation",
            **at_most(15, of_another),
            hint="42 is an example: let the index hold the messages of all conversations, without a `where`",
        )


def goes_straight(plan: Plan, in_order: Finding) -> Finding:
    return Finding(
        "the query goes straight to its ten messages",
        **at_most(15, plan),
        hint="what is compared with `=` comes first; else the messages of all conversations are in between"
        if in_order.passed
        else "to sort the messages, it fetched them all",
    )
