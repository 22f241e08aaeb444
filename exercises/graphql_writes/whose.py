"""whose: change what may be changed, of one's own customers alone."""

from collections.abc import Iterator
from typing import Any

from exercises.graphql_writes.crm import selling, set_up, within
from nexus import Lab
from nexus.exercises import Finding, exercise

NAMED = "name what may be changed, `name` and `phone`: what a client may send is not what it may change"
NO_ROW = "no row, no change: False, and no error"


@exercise("whose")
def whose(lab: Lab, answer: Any) -> Iterator[Finding]:
    set_up(lab)
    with selling() as (customers, mine, other):
        ada = customers.create(owner=mine, name="Ada", email="ada@exercise.example", phone="+251 911 000000")
        bo = customers.create(owner=other, name="Bo", email="bo@exercise.example")

        def after(customer: Any, *columns: str, **said: Any) -> tuple[Any, ...]:
            """What is answered, and what the customer is then."""
            told = within(lambda: answer(customers, mine, {"id": customer.pk, **said}))
            return told, *(customers.values_list(*columns).filter(pk=customer.pk).first() or ["deleted"])

        def somebody_else(what: str, hint: str, **said: Any) -> Finding:
            happened = after(bo, "name", name="Mine", **said)
            return Finding(what, (False, "Bo"), happened, NO_ROW if isinstance(happened[0], str) else hint)

        yield Finding(
            "a new name for one's own",
            (True, "Ada B.", "+251 911 000000"),
            after(ada, "name", "phone", name="Ada B."),
            "change what was said and leave the rest; return True if a row was changed",
        )
        yield Finding(
            "a new phone for one's own",
            (True, "Ada B.", "+251 911 111111"),
            after(ada, "name", "phone", phone="+251 911 111111"),
            "the name was not said this time, and stays",
        )
        yield Finding(
            "both at once",
            (True, "Ada", "+251 911 222222"),
            after(ada, "name", "phone", name="Ada", phone="+251 911 222222"),
            "the name and the phone were said this time, and both change",
        )
        yield Finding(
            "an empty phone takes the number away",
            (True, "Ada", ""),
            after(ada, "name", "phone", phone=""),
            "an empty phone was said, too: ask whether it is `in said`, not whether there is anything in it",
        )
        yield somebody_else(
            "no new name for somebody else's",
            "find it among the account's own: `filter(pk=..., owner=account)`. The row count says whether it was there",
        )
        yield somebody_else(
            "nor with the owner's name in the input",
            "who asks is in `account`, from the token: never in what the client says",
            owner=other.pk,
        )
        yield Finding(
            "none can be given away",
            (True, "Ada C.", "mine"),
            after(ada, "name", "owner__name", name="Ada C.", owner=other.pk),
            NAMED,
        )
        yield Finding(
            "an address stays as it is",
            (True, "Ada D.", "ada@exercise.example"),
            after(ada, "name", "email", name="Ada D.", email="new@exercise.example"),
            NAMED,
        )
        yield Finding(
            "whatever else was typed does nothing",
            (True, "Ada E.", "mine"),
            after(ada, "name", "owner__name", name="Ada E.", owner_id=other.pk, nickname="A"),
            f"a list of what may not be said is never complete: {NAMED}",
        )
        yield Finding(
            "one that is not there is not changed",
            False,
            within(lambda: answer(customers, mine, {"id": 0, "name": "Nobody"})),
            NO_ROW,
        )
