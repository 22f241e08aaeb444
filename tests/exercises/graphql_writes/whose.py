"""Right and wrong answers to whose of 32b-graphql-writes."""

from collections.abc import Mapping
from typing import Any

from exercises.graphql_writes.whose import whose
from tests.exercises.answers import Answers

answers = Answers(whose)

ALLOWED = ("name", "phone")


def only(said: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: said[name] for name in names if name in said}


@answers.right
def locks_and_saves(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    customer = account.customers.select_for_update().filter(pk=said["id"]).first()
    if customer is None:
        return False
    for name, value in only(said, *ALLOWED).items():
        setattr(customer, name, value)
    customer.save(update_fields=ALLOWED)
    return True


@answers.wrong("among the account's own")
def by_its_id(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    return bool(customers.filter(pk=said["id"]).update(**only(said, *ALLOWED)))


@answers.wrong("never in what the client says")
def by_what_the_client_says(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    owner = said.get("owner", account.pk)
    return bool(customers.filter(pk=said["id"], owner=owner).update(**only(said, *ALLOWED)))


@answers.wrong("what a client may send")
def with_all_that_was_sent(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    return bool(customers.filter(pk=said["id"], owner=account).update(**said))


@answers.wrong("what a client may send")
def with_all_but_the_owner(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    rest = {name: value for name, value in said.items() if name in ("name", "phone", "email")}
    return bool(customers.filter(pk=said["id"], owner=account).update(**rest))


@answers.wrong("was not said this time")
def always_both(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    found = customers.filter(pk=said["id"], owner=account)
    if "phone" in said and "name" not in said:
        return bool(found.update(name="", phone=said["phone"]))
    return bool(found.update(**only(said, *ALLOWED)))


@answers.wrong("is never complete")
def with_all_but_what_is_listed(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    rest = {name: value for name, value in said.items() if name not in ("id", "owner", "owner_id", "email")}
    return bool(customers.filter(pk=said["id"], owner=account).update(**rest))


@answers.wrong("an empty phone was said")
def if_there_is_anything_in_it(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    new = {name: said[name] for name in ALLOWED if said.get(name)}
    return bool(customers.filter(pk=said["id"], owner=account).update(**new))


@answers.wrong("both change")
def one_or_the_other(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    name = "name" if "name" in said else "phone"
    return bool(customers.filter(pk=said["id"], owner=account).update(**{name: said[name]}))


@answers.wrong("no row, no change")
def gets_it(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    customer = customers.get(pk=said["id"], owner=account)
    for name, value in only(said, *ALLOWED).items():
        setattr(customer, name, value)
    customer.save()
    return True


@answers.wrong("return True")
def returns_nothing(customers: Any, account: Any, said: Mapping[str, Any]) -> None:
    customers.filter(pk=said["id"], owner=account).update(**only(said, *ALLOWED))
