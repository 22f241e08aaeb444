"""Listings: found by what guests ask, and changed only by who has read them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from systems.accounts.models import Role, User
from systems.bookings.models import Booking, Status
from systems.core.cursor import Cursor
from systems.listings import selectors
from systems.listings.models import Listing
from tests.systems.dates import day

LISTINGS = "/api/v1/listings/"
Client = Callable[..., APIClient]
Person = Callable[..., User]
ListingOf = Callable[..., Listing]
StayOf = Callable[..., Booking]
FLAT = {"title": "Flat", "location": "Pula", "price_per_night": "80.00", "max_guests": 3, "amenities": ["wifi"]}


def titles(client: APIClient, **query: Any) -> list[str]:
    answer = client.get(LISTINGS, query)
    assert answer.status_code == 200, answer.json()
    return [listing["title"] for listing in answer.json()["results"]]


# --- search


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Tower", "Boat", "Attic"]),
        ({"location": "pul"}, ["Attic"]),
        ({"min_price": 60}, ["Tower", "Boat"]),
        ({"max_price": "60.00"}, ["Boat", "Attic"]),
        ({"min_price": 60, "max_price": 60}, ["Boat"]),
        ({"guests": 4}, ["Tower"]),
        ({"amenities": "wifi"}, ["Tower", "Attic"]),
        ({"amenities": "wifi,pool"}, ["Tower"]),
        ({"q": "gulls"}, ["Boat"]),
        ({"q": "gull"}, ["Boat"]),
        ({"q": "towwer"}, ["Tower"]),
        ({"q": "gulls", "location": "pula"}, []),
        ({"ordering": "price"}, ["Attic", "Boat", "Tower"]),
        ({"ordering": "-price"}, ["Tower", "Boat", "Attic"]),
        ({"page_size": 1}, ["Tower"]),
    ],
)
def test_a_search_finds_what_fits(
    client_of: Client, listing_of: ListingOf, query: dict[str, Any], found: list[str]
) -> None:
    listing_of(title="Attic", location="Pula", price_per_night=50, max_guests=2, amenities=["wifi"])
    listing_of(title="Boat", location="Lamu", price_per_night=60, max_guests=3, description="Gulls at six.")
    listing_of(title="Tower", location="Bergen", price_per_night=70, max_guests=4, amenities=["pool", "wifi"])
    assert titles(client_of(), **query) == found


def test_what_is_relevant_comes_first(client_of: Client, listing_of: ListingOf) -> None:
    listing_of(title="Tower", description="It has a boat.")
    listing_of(title="Boat at the harbour")
    listing_of(title="Attic")
    assert titles(client_of(), q="boat", ordering="relevance") == ["Boat at the harbour", "Tower"]


def test_to_rank_costs_no_more_than_a_bounded_number_of_rows(
    client_of: Client, listing_of: ListingOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "MOST_RANKED", 2)
    for title in ("Boat one", "Boat two", "Boat three"):
        listing_of(title=title)
    assert sorted(titles(client_of(), q="boat", ordering="relevance")) == ["Boat three", "Boat two"]


@pytest.mark.parametrize(
    ("status", "start", "end", "free"),
    [
        (Status.CONFIRMED, 10, 13, False),
        (Status.PENDING, 10, 13, False),
        (Status.CANCELLED, 10, 13, True),
        (Status.CONFIRMED, 7, 10, True),
        (Status.CONFIRMED, 13, 15, True),
        (Status.CONFIRMED, 12, 20, False),
        (Status.CONFIRMED, 5, 20, False),
    ],
)
def test_a_search_by_dates_leaves_out_what_is_taken(
    client_of: Client, stay_of: StayOf, status: str, start: int, end: int, free: bool
) -> None:
    stay = stay_of(start=start, end=end, status=status)
    dates = {"check_in": str(day(10)), "check_out": str(day(13))}
    assert titles(client_of(), **dates) == ([stay.listing.title] if free else [])
    said = client_of().get(f"{LISTINGS}{stay.listing.pk}/availability/", dates).json()
    assert said["available"] == free
    taken = range(max(start, 10), min(end, 13)) if not free else []
    assert said["taken"] == [str(day(night)) for night in taken]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"page_size": 0}, "page_size"),
        ({"page_size": 101}, "page_size"),
        ({"ordering": "rating"}, "ordering"),
        ({"ordering": "relevance"}, "ordering"),
        ({"amenities": "wifi,sauna"}, "amenities.1"),
        ({"min_price": "cheap"}, "min_price"),
        ({"check_in": "2030-03-01"}, ""),
        ({"check_in": "2030-03-04", "check_out": "2030-03-01"}, "check_out"),
        ({"q": "a\x00b"}, "q"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "bnVsbA"}, "cursor"),
        ({"cursor": str(Cursor("price", ["80", "x"]))}, "cursor"),
        ({"cursor": str(Cursor("newest", ["yesterday", "x"]))}, "cursor"),
        ({"cursor": str(Cursor("newest", ["2030-01-01"]))}, "cursor"),
        ({"q": "x", "ordering": "relevance", "cursor": str(Cursor("relevance", ["high", "x"]))}, "cursor"),
    ],
)
def test_a_search_that_makes_no_sense_says_in_which_field(client_of: Client, query: dict[str, Any], field: str) -> None:
    answer = client_of().get(LISTINGS, query)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


# --- making and changing


def test_a_host_offers_a_place_and_reads_it_again(client_of: Client, person: Person) -> None:
    host = person(Role.HOST)
    refused = client_of(host).post(LISTINGS, {**FLAT, "rating_count": 9, "host": "me"}, format="json")
    assert {error["field"] for error in refused.json()["errors"]} == {"rating_count", "host"}
    made = client_of(host).post(LISTINGS, FLAT, format="json")
    assert made.status_code == 201
    body = made.json()
    assert {key: body[key] for key in FLAT} == FLAT
    assert body["host"] == {"id": str(host.pk), "name": "a host"}
    assert (body["rating_mean"], body["rating_count"]) == (None, 0)
    read = client_of().get(f"{LISTINGS}{body['id']}/")
    assert read.json() == body
    assert read["ETag"] == made["ETag"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price_per_night": "0.99"}, "price_per_night"),
        ({"price_per_night": "100000.01"}, "price_per_night"),
        ({"price_per_night": "1.001"}, "price_per_night"),
        ({"price_per_night": "NaN"}, "price_per_night"),
        ({"max_guests": 0}, "max_guests"),
        ({"max_guests": 51}, "max_guests"),
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"amenities": ["sauna"]}, "amenities.0"),
        ({"amenities": "wifi"}, "amenities"),
    ],
)
def test_a_place_that_cannot_be_is_refused_by_field(
    client_of: Client, person: Person, change: dict[str, Any], field: str
) -> None:
    answer = client_of(person(Role.HOST)).post(LISTINGS, {**FLAT, **change}, format="json")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_who_has_read_it_gets_304_and_no_body(client_of: Client, listing_of: ListingOf) -> None:
    place = f"{LISTINGS}{listing_of().pk}/"
    etag = client_of().get(place)["ETag"]
    answer = client_of().get(place, HTTP_IF_NONE_MATCH=etag)
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    assert client_of().get(place, HTTP_IF_NONE_MATCH='"v2"').status_code == 200


def test_of_two_editors_the_second_is_refused(client_of: Client, listing_of: ListingOf) -> None:
    listing = listing_of()
    host, place = client_of(listing.host), f"{LISTINGS}{listing.pk}/"
    assert host.patch(place, {"title": "A"}, format="json").status_code == 428
    etag = host.get(place)["ETag"]
    first = host.patch(place, {"title": "A"}, format="json", HTTP_IF_MATCH=etag)
    assert (first.status_code, first.json()["title"]) == (200, "A")
    assert first["ETag"] == host.get(place)["ETag"] != etag
    second = host.patch(place, {"title": "B"}, format="json", HTTP_IF_MATCH=etag)
    assert (second.status_code, second.json()["type"]) == (412, "/problems/precondition-failed")
    assert host.patch(place, {"title": "C"}, format="json", HTTP_IF_MATCH="*").json()["title"] == "C"


def test_a_change_leaves_the_rest_and_booked_prices_alone(client_of: Client, stay_of: StayOf) -> None:
    stay = stay_of()
    place = f"{LISTINGS}{stay.listing.pk}/"
    answer = client_of(stay.listing.host).patch(place, {"price_per_night": "99.00"}, format="json", HTTP_IF_MATCH="*")
    assert (answer.json()["price_per_night"], answer.json()["location"]) == ("99.00", "Pula")
    stay.refresh_from_db()
    assert (stay.price_per_night, stay.total_price) == (Decimal(80), Decimal(240))


def test_a_withdrawn_place_keeps_its_bookings(client_of: Client, stay_of: StayOf) -> None:
    stay = stay_of()
    place = f"{LISTINGS}{stay.listing.pk}/"
    assert client_of(stay.listing.host).delete(place).status_code == 204
    assert titles(client_of()) == []
    assert client_of().get(place).status_code == 404
    assert client_of(stay.listing.host).delete(place).status_code == 404
    assert client_of(stay.guest).get(f"/api/v1/bookings/{stay.pk}/").status_code == 200


@pytest.mark.parametrize(
    "broken",
    [
        {"price_per_night": 0},
        {"max_guests": 51},
        {"amenities": ["sauna"]},
        {"rating_sum": 6, "rating_count": 1},
        {"rating_sum": 1, "rating_count": 2},
    ],
)
def test_the_database_itself_refuses_what_cannot_be(listing_of: ListingOf, broken: dict[str, Any]) -> None:
    listing = listing_of()
    with pytest.raises(IntegrityError), transaction.atomic():
        Listing.objects.filter(pk=listing.pk).update(**broken)
