"""Values of JSON that Python reads and JSON, Postgres or a client does not have: refused where they are read."""

import json
from base64 import urlsafe_b64encode
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.systems.wire import Wire

API = "/api/v1/"
ACCEPT = {"Accept": "application/graphql-response+json"}
BIG = "9" * 5_000
LONGEST_ADDRESS = 8_000  # that the web server takes
NO_JSON = {
    "nan": "NaN",
    "infinity": "-Infinity",
    "a number over a double": "1e400",
    "too many digits": BIG,
    "deep": "[" * 500 + "]" * 500,
    "a name twice": '{"a": 1, "a": 2}',
    "half a character in a name": r'{"\ud800": 1}',
}
BULK = """mutation($rows: [CustomerInput!]!) {
  bulkCreateCustomers(input: $rows) { created errors { row fields { field code } } }
}"""


# --- the reader


@pytest.mark.parametrize("text", NO_JSON.values(), ids=NO_JSON)
@pytest.mark.parametrize("inside", ["%s", '{"refresh": %s}', '{"refresh": "x", "more": [%s]}'])
def test_what_is_no_json_is_a_bad_request(wire: Wire, inside: str, text: str) -> None:
    assert wire.text("POST", f"{API}auth/logout/", inside % text).problem() == (400, "bad-request")


@pytest.mark.parametrize("text", NO_JSON.values(), ids=NO_JSON)
@pytest.mark.parametrize("inside", ['{"n": %s}', '{"n": [{"m": %s}]}'])
def test_variables_are_read_by_the_same_rules(wire: Wire, inside: str, text: str) -> None:
    query = "query($n: Int) { allCustomers(first: $n) { edges { cursor } } }"
    assert wire.graphql(query, inside % text).problem() == (400, "bad-request")
    path = f"/graphql/?query={quote(query)}&variables={quote(inside % text)}"
    if len(path) < LONGEST_ADDRESS:
        assert wire.request("GET", path, {**wire.token("manager@example.com"), **ACCEPT}).problem()[0] == 400


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig", "latin-1"])
def test_a_body_in_another_encoding_is_a_bad_request(wire: Wire, encoding: str) -> None:
    body = '{"refresh": "é"}'.encode(encoding)
    for path in (f"{API}auth/logout/", "/graphql/"):
        reply = wire.request("POST", path, {"Content-Type": "application/json"}, body)
        assert reply.problem() == (400, "bad-request")


def test_the_reader_says_where_and_nothing_of_python(wire: Wire) -> None:
    for text in (*NO_JSON.values(), "{", '{"a": 01}', "'a'"):
        detail = wire.text("POST", f"{API}auth/logout/", f'{{"refresh": {text}}}').json()["detail"]
        assert "sys." not in detail
        assert len(detail) < 200


# --- half a character: a surrogate without its other half, which UTF-8 can't write


@pytest.mark.parametrize("text", [r'"\ud800"', r'"a\udfffb"'])
@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("auth/register/", "role"), ("auth/register/", "name"), ("auth/register/", "email"),
        ("auth/register/", "password"), ("auth/token/", "email"), ("auth/token/", "password"),
        ("auth/logout/", "refresh"),
    ],
)  # fmt: skip
def test_half_a_character_is_an_error_of_its_field(wire: Wire, path: str, field: str, text: str) -> None:
    good = {"email": f"{uuid4()}@example.com", "password": "a long enough sentence", "refresh": "x"}
    given = {name: json.dumps(value) for name, value in good.items()} | {field: text}
    body = "{" + ", ".join(f'"{name}": {value}' for name, value in given.items()) + "}"
    reply = wire.text("POST", API + path, body)
    assert reply.fields() == [field]


def test_half_a_character_deep_inside_is_named_by_its_path(wire: Wire) -> None:
    flat = '"title": "Flat", "location": "Pula", "price_per_night": 80, "max_guests": 3'
    body = f'{{{flat}, "amenities": ["wifi", "\\ud800"]}}'
    reply = wire.text("POST", f"{API}listings/", body, wire.token("host@example.com"))
    assert reply.fields() == ["amenities.1"]


@pytest.mark.parametrize("field", ["name", "email", "phone"])
@pytest.mark.parametrize("text", [r'"\ud800"', r'"a\udfffb@example.org"', r'"\u0000"'])
def test_the_good_rows_of_a_bulk_are_kept(wire: Wire, field: str, text: str) -> None:
    bad = {"name": '"B"', "email": f'"{uuid4()}@example.org"', field: text}
    rows = [
        f'{{"name": "A", "email": "{uuid4()}@example.org"}}',
        "{" + ", ".join(f'"{name}": {value}' for name, value in bad.items()) + "}",
        f'{{"name": "C", "email": "{uuid4()}@example.org"}}',
    ]
    done = wire.graphql(BULK, f'{{"rows": [{", ".join(rows)}]}}').json()["data"]["bulkCreateCustomers"]
    assert done["created"] == 2
    assert [(error["row"], [one["field"] for one in error["fields"]]) for error in done["errors"]] == [(1, [field])]


@pytest.mark.parametrize("value", [r"\ud800", r"\u0000", r"a\udfff"])
@pytest.mark.parametrize(
    "query",
    [
        'mutation($v: String!) { createCustomer(input: {name: $v, email: "a@example.org"}) { customer { id } } }',
        "mutation($v: String!) { createProduct(input: {name: $v, price: 1}) { product { id } } }",
        "query($v: String) { allCustomers(filter: {nameIcontains: $v}) { edges { cursor } } }",
        "query($v: String) { allCustomers(filter: {phonePrefix: $v}) { edges { cursor } } }",
        "query($v: String) { allOrders(filter: {productName: $v}) { edges { cursor } } }",
    ],
)
def test_half_a_character_is_an_error_of_a_graphql_field(wire: Wire, query: str, value: str) -> None:
    assert wire.graphql(query, f'{{"v": "{value}"}}').codes() == ["VALIDATION_FAILED"]


USED = {
    "OrderStatus!": "allOrders(filter: {status: $v}) { edges { cursor } }",
    "OrderOrderBy!": "allOrders(orderBy: $v) { edges { cursor } }",
    "OrderFilter": "allOrders(filter: $v) { edges { cursor } }",
    "ID!": "customer(id: $v) { name }",
    "Int": "allOrders(first: $v) { edges { cursor } }",
    "Money": "allOrders(filter: {totalGte: $v}) { edges { cursor } }",
    "DateTime": "allOrders(filter: {orderedAtGte: $v}) { edges { cursor } }",
    "Boolean": "allProducts(filter: {lowStock: $v}) { edges { cursor } }",
}


@pytest.mark.parametrize("kind", USED)
@pytest.mark.parametrize("value", [r'"\ud800"', r'{"a\udfff": 1}', r'["\ud800"]'])
def test_a_variable_that_cannot_be_is_the_clients_fault(wire: Wire, value: str, kind: str) -> None:
    reply = wire.graphql(f"query($v: {kind}) {{ {USED[kind]} }}", f'{{"v": {value}}}')
    assert reply.status in {200, 400}
    assert b"SERVER_ERROR" not in reply.body


@pytest.mark.parametrize(
    "query",
    [
        "{ allCustomers(first: %s) { edges { cursor } } }",
        "{ allProducts(filter: {stockGte: -%s}) { edges { cursor } } }",
        "query($n: Int = %s) { allCustomers(first: $n) { edges { cursor } } }",
    ],
)
def test_a_number_of_five_thousand_digits_in_a_query(wire: Wire, query: str) -> None:
    reply = wire.graphql(query % BIG)
    assert (reply.status, reply.codes()) == (400, ["GRAPHQL_VALIDATION_FAILED"])


# --- cursors


def cursor(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


KEY = "7d0e6a4e-7a39-4a7e-9d5c-0b6f5b3f7a11"
FORGED = [
    ("newest", r'["newest", ["\ud800", "%s"], false]'), ("newest", '["newest", ["2026-01-01", NaN], false]'),
    ("newest", '["newest", ["2026-01-01 12:00", "%s"], 1]'), ("newest", '["newest", {"a": 1, "b": 2}, false]'),
    ("newest", '["newest", "ab", false]'), ("newest", '["newest", [1e400, "%s"], false]'),
    ("relevance", '["relevance", ["nan", "%s"], false]'), ("relevance", '["relevance", ["inf", "%s"], false]'),
    ("relevance", '["relevance", ["1_0", "%s"], false]'), ("price", '["price", ["NaN", "%s"], false]'),
    ("price", '["price", ["1_0", "%s"], false]'),
]  # fmt: skip


@pytest.mark.parametrize(("ordering", "text"), FORGED)
def test_a_forged_cursor_is_an_error_of_its_field(wire: Wire, ordering: str, text: str) -> None:
    forged = cursor(text.replace("%s", KEY))
    reply = wire.request("GET", f"{API}listings/?q=flat&ordering={ordering}&cursor={forged}")
    assert reply.fields() == ["cursor"]


@pytest.mark.parametrize(
    "text", [r'["name_asc", ["\ud800", "1"], false]', '["name_asc", ["a", "\\uff11"], false]', "[" * 2_000]
)
def test_a_forged_cursor_of_graphql_is_an_error(wire: Wire, text: str) -> None:
    query = "query($after: String) { allCustomers(orderBy: NAME_ASC, after: $after) { edges { cursor } } }"
    assert wire.graphql(query, json.dumps({"after": cursor(text)})).codes() == ["VALIDATION_FAILED"]
