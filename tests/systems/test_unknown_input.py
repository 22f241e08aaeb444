"""What the API does not know is refused, with the nearest name it knows: a slip is never dropped in silence."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIClient

from systems.accounts.models import User
from systems.api.fields import Input, Whole, read
from systems.api.handlers import field_errors
from tests.systems.test_access import API_CALLS, Call
from tests.systems.test_access import world as world  # a fixture
from tests.systems.wire import Wire
from tests.systems.world import CALLERS, World

API = "/api/v1/"
OWN_PAGES = ("schema", "docs", "redoc")  # of the library that makes the document
NOT_OURS = "payments/webhook/"  # its fields are the provider's, and so may be new ones
CALLS = [
    call
    for call in API_CALLS
    if call[1].startswith("api/") and not any(page in call[1] for page in (*OWN_PAGES, NOT_OURS))
]
Client = Callable[..., APIClient]


def refused(answer: Any) -> dict[str, str]:
    """The message by field."""
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return {one["field"]: one["message"] for one in answer.json()["errors"]}


def who_may(call: Call) -> str:
    return next(caller for caller, status in zip(CALLERS, API_CALLS[call], strict=True) if status < 300)


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_an_unknown_parameter_is_refused(world: World, call: Call) -> None:
    assert refused(world.call(who_may(call), *call, query={"orderng": "price"})).keys() == {"orderng"}


@pytest.mark.parametrize("call", [call for call in CALLS if call[0] in {"POST", "PATCH"}], ids=" ".join)
def test_an_unknown_field_is_refused(world: World, call: Call) -> None:
    assert refused(world.call(who_may(call), *call, whatever=1)).keys() == {"whatever"}


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_who_may_not_call_learns_nothing_of_names(world: World, call: Call) -> None:
    if API_CALLS[call][0] == 401:
        assert world.call("nobody", *call, query={"orderng": "price"}, whatever=1).status_code == 401


@pytest.mark.parametrize(
    ("path", "field", "nearest"),
    [
        ("listings/?orderng=price", "orderng", "ordering"), ("listings/?pageSize=5", "pageSize", "page_size"),
        ("listings/?check-in=2030-01-01", "check-in", "check_in"), ("listings/?min-price=5", "min-price", "min_price"),
        ("listings/?Guests=2", "Guests", "guests"), ("listings/?amenity=wifi", "amenity", "amenities"),
    ],
)  # fmt: skip
def test_the_nearest_parameter_is_named(client_of: Client, path: str, field: str, nearest: str) -> None:
    assert refused(client_of().get(API + path)) == {field: f"unknown; did you mean {nearest}?"}


@pytest.mark.parametrize(("field", "nearest"), [("pasword", "password"), ("e-mail", "email"), ("Name", "name")])
def test_the_nearest_field_is_named(client_of: Client, field: str, nearest: str) -> None:
    said = {"email": "bo@example.com", "password": "correct horse battery", field: "x"}
    answer = client_of().post(f"{API}auth/register/", said, format="json")
    assert refused(answer) == {field: f"unknown; did you mean {nearest}?"}


def test_where_none_is_near_all_are_named(client_of: Client, person: Callable[..., User]) -> None:
    user = person()
    answer = client_of(user).patch(f"{API}auth/me/", {"name": "Bo", "role": "admin"}, format="json")
    assert refused(answer) == {"role": "unknown; known: name"}
    user.refresh_from_db()
    assert (user.name, user.role) == ("a guest", "guest")


def test_what_is_unknown_is_named_beside_what_is_wrong(client_of: Client) -> None:
    answer = client_of().post(f"{API}auth/register/", {"email": "bo", "pasword": "x"}, format="json")
    assert refused(answer).keys() == {"email", "password", "pasword"}


def test_unknown_fields_inside_are_named_by_their_path() -> None:
    class Line(Input):
        quantity = Whole()

    class Order(Input):
        lines = Line(many=True)
        first = Line()

    with pytest.raises(ValidationError) as error:
        read(Order, {"lines": [{"quantity": 1}, {"quantity": 2, "price": 0}], "first": {"quantty": 1}, "total": 0})
    named = {one["field"]: one["message"] for one in field_errors(error.value.detail)}
    assert named == {
        "lines.1.price": "unknown; known: quantity",
        "first.quantity": "This field is required.",
        "first.quantty": "unknown; did you mean quantity?",
        "total": "unknown; known: lines, first",
    }


def test_many_unknown_fields_cost_little(client_of: Client) -> None:
    many = {f"emai{number}": number for number in range(50_000)}
    answer = client_of().post(f"{API}auth/register/", many, format="json")
    assert 3 <= len(refused(answer)) <= 25


def test_a_parameter_of_the_framework_is_unknown_too(client_of: Client) -> None:
    assert refused(client_of().get(f"{API}listings/?format=json")).keys() == {"format"}


def test_on_the_wire_a_role_is_not_taken(wire: Wire) -> None:
    reply = wire.json("PATCH", f"{API}auth/me/", {"role": "admin"}, wire.token())
    assert (reply.status, [one["field"] for one in reply.json()["errors"]]) == (400, ["role"])
    assert wire.request("GET", f"{API}listings/?orderng=price").status == 400
