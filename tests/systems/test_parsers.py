"""Parsers take what the OpenAPI document and the GraphQL schema say. Python's own also take "1_0" and "2026-W01-1"."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.systems.test_json_values import API, KEY, USED
from tests.systems.wire import Wire


@pytest.mark.parametrize(
    "value", ["1_0", "\uff11", "%201", "1%20", "+1", "1.0", "1e0", "0x1", "01", "True", "\u0661", "1%0A"]
)
@pytest.mark.parametrize("name", ["page_size", "guests"])
def test_a_number_in_an_address_has_digits_only(wire: Wire, name: str, value: str) -> None:
    reply = wire.request("GET", f"{API}listings/?{name}={quote(value, safe='%')}")
    assert reply.fields() == [name]


@pytest.mark.parametrize("value", ["8_0", "\uff18\uff10", "%2080", "+80", "8e1", "080", ".5", "NaN", "1%0A"])
def test_an_amount_in_an_address_has_digits_only(wire: Wire, value: str) -> None:
    reply = wire.request("GET", f"{API}listings/?min_price={quote(value, safe='%')}")
    assert reply.fields() == ["min_price"]


@pytest.mark.parametrize(
    "value", ["20300101", "2030-W01-1", "\uff12\uff10\uff13\uff10-01-01", "2030-1-1", "2030-01-01%0A", "%202030-01-01"]
)
def test_a_day_in_an_address_is_written_in_one_way(wire: Wire, value: str) -> None:
    query = f"check_in={quote(value, safe='%')}&check_out=2030-02-01"
    reply = wire.request("GET", f"{API}listings/?{query}")
    assert reply.fields() == ["check_in"]


@pytest.mark.parametrize(
    "value", ["7d0e6a4e7a394a7e9d5c0b6f5b3f7a11", f"{{{KEY}}}", f"urn:uuid:{KEY}", f" {KEY}", 1, True, 10**30, [KEY]]
)
def test_an_id_in_a_body_is_written_in_one_way(wire: Wire, value: Any) -> None:
    stay = {"check_in": "2030-03-01", "check_out": "2030-03-02", "guests": 1, "listing": value}
    reply = wire.json("POST", f"{API}bookings/", stay, wire.token())
    assert "listing" in reply.fields()


DATES = "query($at: DateTime) { allOrders(filter: {orderedAtGte: $at}) { edges { cursor } } }"


@pytest.mark.parametrize(
    "value",
    [
        "2026-W01-1", "2026-001", "2026", "2026-01", "2026-01-01", "20260101T000000Z", "2026-01-01T00:00:00",
        "2026-01-01T00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00,5Z", "2026-01-01T00:00:00+01",
        "\uff12026-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00+25:00", "2026-01-01T00:00:00Z ",
        "2026-01-01 00:00:00Z", "", 0, True,
    ],
)  # fmt: skip
def test_a_moment_is_written_as_rfc_3339_has_it(wire: Wire, value: Any) -> None:
    reply = wire.graphql(DATES, json.dumps({"at": value}))
    assert (reply.status, reply.codes()) == (400, ["BAD_USER_INPUT"])
    literal = wire.graphql(f"{{ allOrders(filter: {{orderedAtGte: {json.dumps(value)}}}) {{ edges {{ cursor }} }} }}")
    assert (literal.status, literal.codes()) == (400, ["GRAPHQL_VALIDATION_FAILED"])


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-01T00:00:00Z", "2026-01-01t00:00:00z", "2026-01-01T00:00:00.5+05:30",
        "2026-01-01T00:00:00.123456789-00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    ],
)  # fmt: skip
def test_a_moment_that_rfc_3339_has_is_taken(wire: Wire, value: str) -> None:
    assert "errors" not in wire.graphql(DATES, json.dumps({"at": value})).json()


@pytest.mark.parametrize(
    ("kind", "value"),
    [("Int", "1"), ("Int", True), ("Int", 1.5), ("Boolean", "false"), ("Boolean", 1), ("ID!", 1.5), ("ID!", True)],
)
def test_a_variable_has_the_kind_that_it_says(wire: Wire, kind: str, value: Any) -> None:
    query = f"query($v: {kind}) {{ {USED[kind]} }}"
    reply = wire.graphql(query, json.dumps({"v": value}))
    assert (reply.status, reply.codes()) == (400, ["BAD_USER_INPUT"])
