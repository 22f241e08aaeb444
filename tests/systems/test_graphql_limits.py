"""How much one query may ask for: what is more is refused before anything is executed, and said how much it was."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphql import get_introspection_query

from systems.accounts.models import User
from systems.crm.models import Order

Ask = Callable[..., Any]
SETTINGS = "django.conf.settings."


def nested(levels: int) -> str:
    """A query of so many levels: customer, orders, customer, orders, and so on. Short pages keep it cheap."""
    fields = ["customer(id: 1)", *(("orders(first: 1)", "customer")[level % 2] for level in range(levels - 2))]
    return f"{{ {' { '.join([*fields, '__typename'])} {'} ' * (len(fields) + 1)}"


def many(aliases: int) -> str:
    return f"{{ {' '.join(f'a{n}: customer(id: {n}) {{ name }}' for n in range(aliases))} }}"


WIDE = "{ allCustomers(first: 100) { edges { node { orders(first: 100) { lines(first: %s) { quantity } } } } } }"


@pytest.mark.parametrize(
    ("within", "over", "said"),
    [
        (nested(12), nested(13), "a query has a depth of at most 12, and this one has 13"),
        (many(20), many(21), "a query has aliases of at most 20, and this one has 21"),
        (WIDE % 3, WIDE % 4, "a query has a cost of at most 50,000, and this one has 50,301"),
        ("{ allOrders(first: 100) { edges { cursor } } }", "{ allOrders(first: 101) { edges { cursor } } }",
         "a page has a length of at most 100, and this one has 101"),
        ("{ allOrders(last: 0) { edges { cursor } } }", "{ allOrders(last: -1) { edges { cursor } } }",
         "a page has a length of at most 100, and this one has -1"),
        ("{ customer(id: 1) { orders(first: 100) { status } } }",
         "{ customer(id: 1) { orders(first: 101) { status } } }",
         "a page has a length of at most 100, and this one has 101"),
    ],
)  # fmt: skip
def test_a_query_over_a_limit_costs_no_sql(
    ask: Ask, manager: User, order_of: Callable[..., Order], within: str, over: str, said: str
) -> None:
    order_of()
    assert "errors" not in ask(manager, within)
    with CaptureQueriesContext(connection) as seen:
        answer = ask(manager, over)
    assert len(seen) == 1  # whose token it is
    (error,) = answer["errors"]
    assert (error["message"], error["extensions"]["code"]) == (said, "LIMIT_EXCEEDED")
    assert "data" not in answer


@pytest.mark.parametrize("first", [101, -1, 10**9])
def test_a_length_counts_wherever_it_is(ask: Ask, manager: User, first: int) -> None:
    for query in (
        "query($n: Int) { allOrders(first: $n) { edges { cursor } } }",
        "query($n: Int) { ...F } fragment F on Query { allOrders(last: $n) { edges { cursor } } }",
        f"query($n: Int = {first}) {{ allOrders(first: $n) {{ edges {{ cursor }} }} }}",
        "query($n: Int) { ... on Query { ... { allCustomers { edges { node { orders(first: $n) { status } } } } } } }",
    ):
        variables = {} if "=" in query else {"n": first}
        errors = ask(manager, query, **variables)["errors"]  # of the length and, where it is large, of the cost
        assert {error["extensions"]["code"] for error in errors} == {"LIMIT_EXCEEDED"}, query


def test_a_list_sent_once_counts_each_time_it_is_used(ask: Ask, manager: User) -> None:
    for aliases in (5, 4):
        fields = " ".join(f"a{n}: bulkCreateCustomers(input: $rows) {{ created }}" for n in range(aliases))
        rows = [{"name": "", "email": ""}] * 10_000
        answer = ask(manager, f"mutation($rows: [CustomerInput!]!) {{ {fields} }}", rows=rows)
        assert ("errors" in answer) == (aliases == 5)
    assert answer["data"] == {f"a{n}": {"created": 0} for n in range(4)}


@pytest.mark.parametrize("first", ["3", 1.5, True, [1]])
def test_a_length_that_is_no_number_is_refused_as_such(ask: Ask, manager: User, first: Any) -> None:
    answer = ask(manager, "query($n: Int) { allOrders(first: $n) { edges { cursor } } }", n=first)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


def test_a_length_of_null_is_the_usual_one(ask: Ask, manager: User, order_of: Callable[..., Order]) -> None:
    order = order_of()
    query = "query($id: ID!, $n: Int) { customer(id: $id) { orders(first: $n) { lines(first: null) { quantity } } } }"
    answer = ask(manager, query, id=order.customer.pk, n=None)
    assert answer["data"]["customer"]["orders"] == [{"lines": [{"quantity": 1}]}]


def test_nested_fragments_are_counted_without_expanding_them(ask: Ask, manager: User) -> None:
    """Each asks for the next one twice: written out, sixteen are 65,536 fields, and forty more than a trillion."""
    for count in (16, 40):
        query = "{ customer(id: 1) { ...F0 } } " + " ".join(
            f"fragment F{n} on Customer {{ ...F{n + 1} orders {{ customer {{ name }} }} ...F{n + 1} }}"
            for n in range(count)
        )
        began = time.monotonic()
        (error, *_) = ask(manager, f"{query} fragment F{count} on Customer {{ name }}")["errors"]
        assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert time.monotonic() - began < 10


def test_a_chain_of_fragments_that_is_too_long_is_refused(
    ask: Ask, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{SETTINGS}GRAPHQL_TOKENS", 100_000)
    chain = " ".join(f"fragment F{n} on Customer {{ ...F{n + 1} }}" for n in range(1_000))
    (error,) = ask(manager, f"{{ customer(id: 1) {{ ...F0 }} }} {chain}")["errors"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"


def test_a_fragment_inside_itself_breaks_the_standard_rules(ask: Ask, manager: User) -> None:
    answer = ask(manager, "{ customer(id: 1) { ...F } } fragment F on Customer { orders { customer { ...F } } }")
    assert "Cannot spread fragment 'F' within itself." in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    "query", ["{ a " * 400 + "}" * 400, "{" * 900, "{ customer(id: " + "[" * 900, "{ a " + "# x\n" * 1_001 + "}"]
)
def test_endless_nesting_is_refused_for_its_form(ask: Ask, manager: User, query: str) -> None:
    codes = {error["extensions"]["code"] for error in ask(manager, query)["errors"]}
    assert codes <= {"LIMIT_EXCEEDED", "GRAPHQL_PARSE_FAILED"}


def test_the_longest_query_costs_the_rules_a_bounded_time(ask: Ask, manager: User) -> None:
    """The rule that fields of one name must agree compares each with each: it is why a query has so few words."""
    began = time.monotonic()
    answer = ask(manager, "{ " + "allOrders { edges { cursor } } " * 140 + "}")
    assert time.monotonic() - began < 10
    assert "errors" not in answer
    (error,) = ask(manager, "{ " + "__typename " * 1_000 + "}")["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"


# --- the schema's own


def test_the_tools_introspection_query_is_within_all_limits(ask: Ask) -> None:
    query = get_introspection_query(directive_is_repeatable=True, schema_description=True, input_value_deprecation=True)
    assert ask(None, query)["data"]["__schema"]["queryType"]["name"] == "Query"


def test_a_schema_that_is_asked_for_in_circles_is_refused(ask: Ask) -> None:
    answer = ask(None, "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }")
    assert answer["errors"][0]["message"] == "Maximum introspection depth exceeded"


def test_without_introspection_no_name_is_suggested_either(
    ask: Ask, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = "{ allCustomers { edges { node { nmae } } } }"
    assert "Did you mean 'name'" in ask(manager, unknown)["errors"][0]["message"]
    monkeypatch.setattr(f"{SETTINGS}GRAPHQL_INTROSPECTION", False)
    assert ask(manager, unknown)["errors"][0]["message"] == "Cannot query field 'nmae' on type 'Customer'."
    assert ask(None, "{ __schema { queryType { name } } }")["errors"][0]["extensions"]["code"].endswith("FAILED")
    assert ask(None, "{ __typename }") == {"data": {"__typename": "Query"}}
