"""What a client may send is what the OpenAPI document says: nothing is guessed, and nothing dropped unseen."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from systems.accounts.models import Role, User
from systems.listings.models import Listing
from tests.systems import openapi_document as openapi
from tests.systems.dates import day

API = "/api/v1/"
FLAT = {"title": "Flat", "location": "Pula", "price_per_night": "80.50", "max_guests": 3}
Client = Callable[..., APIClient]
Person = Callable[..., User]
ListingOf = Callable[..., Listing]


def refused(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.content
    return [error["field"] for error in answer.json()["errors"]]


def test_a_body_is_read_up_to_a_bound(client_of: Client, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps(FLAT)
    send = partial(client_of(person(Role.HOST)).post, f"{API}listings/", content_type="application/json")
    monkeypatch.setattr("django.conf.settings.DATA_UPLOAD_MAX_MEMORY_SIZE", len(body))
    assert send(body).status_code == 201
    answer = send(f"{body} ")
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/content-too-large")
    assert "SETTING" not in answer.json()["detail"].upper()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", 7), ("title", True), ("title", "  "), ("title", "\x1f"), ("description", 7.5),
        ("max_guests", "3"), ("max_guests", 2.5), ("max_guests", True),
        ("price_per_night", 80.5), ("price_per_night", True), ("price_per_night", "080"), ("price_per_night", "8e1"),
        ("price_per_night", " 80"), ("price_per_night", "٨٠"), ("price_per_night", "0.99"), ("price_per_night", ""),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused(client_of: Client, person: Person, field: str, value: Any) -> None:
    answer = client_of(person(Role.HOST)).post(f"{API}listings/", {**FLAT, field: value}, format="json")
    assert refused(answer) == [field]


@pytest.mark.parametrize(("sent", "kept"), [(90, "90.00"), (90.0, "90.00"), ("90", "90.00"), ("90.5", "90.50")])
def test_money_is_text_or_a_whole_number(client_of: Client, person: Person, sent: Any, kept: str) -> None:
    answer = client_of(person(Role.HOST)).post(f"{API}listings/", {**FLAT, "price_per_night": sent}, format="json")
    assert answer.json()["price_per_night"] == kept


@pytest.mark.parametrize("written", ["%Y%m%d", "%G-W%V-%u", "%Y-%m-%dT00:00", "%d.%m.%Y"])
def test_a_day_is_written_in_one_way(client_of: Client, person: Person, listing_of: ListingOf, written: str) -> None:
    stay = {"listing": str(listing_of().pk), "check_in": day(10).strftime(written), "check_out": str(day(12))}
    assert refused(client_of(person()).post(f"{API}bookings/", {**stay, "guests": 1}, format="json")) == ["check_in"]


@pytest.mark.parametrize("name", ["guests", "min_price", "ordering", "check_in", "page_size", "cursor"])
def test_a_parameter_without_a_value_is_refused(client_of: Client, name: str) -> None:
    assert refused(client_of().get(f"{API}listings/?{name}=")) in ([name], [""])


def test_a_parameter_that_comes_twice_counts_twice(client_of: Client, listing_of: ListingOf) -> None:
    both = listing_of(amenities=["wifi", "pool"])
    listing_of(amenities=["pool"])
    for query in ("amenities=wifi,pool", "amenities=wifi&amenities=pool"):
        found = client_of().get(f"{API}listings/?{query}").json()["results"]
        assert [one["id"] for one in found] == [str(both.pk)]
    assert refused(client_of().get(f"{API}listings/?guests=1&guests=2")) == ["guests"]


@pytest.mark.parametrize("body", ["[" * 100_000, '{"listing":' * 100_000])
def test_a_body_that_is_nested_without_end_is_a_bad_request(client_of: Client, person: Person, body: str) -> None:
    answer = client_of(person()).post(f"{API}bookings/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-request")


def test_a_change_of_nothing_changes_nothing(client_of: Client, person: Person) -> None:
    guest = person()
    answer = client_of(guest).patch(f"{API}auth/me/", {}, format="json")
    assert (answer.status_code, answer.json()["name"]) == (200, guest.name)
    assert client_of(guest).patch(f"{API}auth/me/", {"name": ""}, format="json").json()["name"] == ""


def test_the_document_says_which_operations_need_no_token() -> None:
    document = json.loads(openapi.CHECKED_IN.read_text(encoding="utf-8"))
    operations = {one["operationId"]: one for item in document["paths"].values() for one in item.values()}
    open_to_all = {name for name, one in operations.items() if {} in one.get("security", [{}])}
    assert open_to_all == {
        "register", "token_obtain", "token_refresh", "logout",
        "listing_search", "listing_read", "listing_availability", "review_list", "payment_webhook",
    }  # fmt: skip
