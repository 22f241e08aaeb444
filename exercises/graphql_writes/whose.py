"""whose: change what may be changed, of one's own customers alone."""

from collections.abc import Iterator
from typing import Any

from exercises.graphql_writes.crm import selling, set_up, within
from nexus import Lab
from nexus.exercises import Finding, exercise

NAMED = "name what may be changed, `name` and `phone`: what a client may send is not what it may change"
NO_ROW = "no row, no change: False, and no error"


class Owners:
    """An account's customer Ada and another account's customer Bo, and the answer that changes them."""

    def __init__(self, answer: Any, customers: Any, mine: Any, other: Any) -> None:
        self.answer, self.customers, self.mine, self.other = answer, customers, mine, other
        self.ada = customers.create(owner=mine, name="Ada", email="ada@exercise.example", phone="+251 911 000000")
        self.bo = customers.create(owner=other, name="Bo", email="bo@exercise.example")

    def after(self, customer: Any, *columns: str, **said: Any) -> tuple[Any, ...]:
        """What is answered, and what the customer is then."""
        answered = within(lambda: self.answer(self.customers, self.mine, {"id": customer.pk, **said}))
        return answered, *(self.customers.values_list(*columns).filter(pk=customer.pk).first() or ["deleted"])


@exercise("whose")
def whose(lab: Lab, answer: Any) -> Iterator[Finding]:
    set_up(lab)
    with selling() as (customers, mine, other):
        owners = Owners(answer, customers, mine, other)
        yield from own_changes(owners)
        yield somebody_elses(
            owners,
            "no new name for somebody else's",
            "find it among the account's own: `filter(pk=..., owner=account)`. The row count says whether it was there",
        )
        yield somebody_elses(
            owners,
            "nor with the owner's name in the input",
            "who asks is in `account`, from the token: never in what the client says",
            owner=other.pk,
        )
        yield from stays_as_it_is(owners)
        yield Finding(
            "one that is not there is not changed",
            False,
            within(lambda: answer(customers, mine, {"id": 0, "name": "Nobody"})),
            NO_ROW,
        )


# What, the change, name and phone afterwards, and a hint.
OWN_CHANGES: list[tuple[str, dict[str, str], tuple[str, str], str]] = [
    (
        "a new name for one's own",
        {"name": "Ada B."},
        ("Ada B.", "+251 911 000000"),
        "change what was said and leave the rest; return True if a row was changed",
    ),
    (
        "a new phone for one's own",
        {"phone": "+251 911 111111"},
        ("Ada B.", "+251 911 111111"),
        "the name was not said this time, and stays",
    ),
    (
        "both at once",
        {"name": "Ada", "phone": "+251 911 222222"},
        ("Ada", "+251 911 222222"),
        "the name and the phone were said this time, and both change",
    ),
    (
        "an empty phone takes the number away",
        {"phone": ""},
        ("Ada", ""),
        "an empty phone was said, too: ask whether it is `in said`, not whether there is anything in it",
    ),
]


def own_changes(owners: Owners) -> Iterator[Finding]:
    for what, said, expected, hint in OWN_CHANGES:
        yield Finding(what, (True, *expected), owners.after(owners.ada, "name", "phone", **said), hint)


def somebody_elses(owners: Owners, what: str, hint: str, **said: Any) -> Finding:
    happened = owners.after(owners.bo, "name", name="Mine", **said)
    return Finding(what, (False, "Bo"), happened, NO_ROW if isinstance(happened[0], str) else hint)


def stays_as_it_is(owners: Owners) -> Iterator[Finding]:
    ada, other = owners.ada, owners.other
    yield Finding(
        "none can be given away",
        (True, "Ada C.", "mine"),
        owners.after(ada, "name", "owner__name", name="Ada C.", owner=other.pk),
        NAMED,
    )
    yield Finding(
        "an address stays as it is",
        (True, "Ada D.", "ada@exercise.example"),
        owners.after(ada, "name", "email", name="Ada D.", email="new@exercise.example"),
        NAMED,
    )
    yield Finding(
        "whatever else was typed does nothing",
        (True, "Ada E.", "mine"),
        owners.after(ada, "name", "owner__name", name="Ada E.", owner_id=other.pk, nickname="A"),
        f"a list of what may not be said is never complete: {NAMED}",
    )
