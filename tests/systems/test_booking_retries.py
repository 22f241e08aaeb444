"""A request for a stay that is sent again is answered again, and does nothing twice."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from systems.accounts.models import User
from systems.api.models import IdempotentRequest
from systems.bookings.models import Booking, Status
from systems.listings.models import Listing
from tests.systems.asking import book, fields

Client = Callable[..., APIClient]
Person = Callable[..., User]
ListingOf = Callable[..., Listing]
StayOf = Callable[..., Booking]


def test_a_repeated_request_is_answered_not_repeated(client_of: Client, person: Person, listing_of: ListingOf) -> None:
    client, listing = client_of(person()), listing_of()
    first, again = (book(client, listing, key="a") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again["Idempotency-Replayed"] == "true"
    assert Booking.objects.count() == 1


def test_without_a_key_a_retry_meets_the_guests_own_booking(
    client_of: Client, person: Person, listing_of: ListingOf
) -> None:
    client, listing = client_of(person()), listing_of()
    assert [book(client, listing).status_code for _ in range(2)] == [201, 409]


def test_a_refusal_is_kept_and_repeated_too(client_of: Client, person: Person, stay_of: StayOf) -> None:
    stay, client = stay_of(), client_of(person())
    first = book(client, stay.listing, key="a")
    Booking.objects.update(status=Status.CANCELLED)
    again = book(client, stay.listing, key="a")
    assert (first.status_code, again.status_code) == (409, 409)
    assert first.json() == again.json()
    assert again["Content-Type"] == "application/problem+json"
    assert book(client, stay.listing, key="b").status_code == 201


def test_a_key_names_one_request_of_one_account(client_of: Client, person: Person, listing_of: ListingOf) -> None:
    client, listing = client_of(person()), listing_of()
    assert book(client, listing, key="a").status_code == 201
    other_body = book(client, listing, 20, 22, key="a")
    assert (other_body.status_code, other_body.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert book(client_of(person()), listing, 20, 22, key="a").status_code == 201


def test_a_request_that_makes_no_sense_uses_no_key_up(client_of: Client, person: Person, listing_of: ListingOf) -> None:
    client, listing = client_of(person()), listing_of()
    assert book(client, listing, key="a", guests=0).status_code == 400
    assert book(client, listing, key="a").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "schlüssel"])
def test_a_key_that_is_none_is_refused(client_of: Client, person: Person, listing_of: ListingOf, key: str) -> None:
    assert fields(book(client_of(person()), listing_of(), key=key)) == ["Idempotency-Key"]
    assert not IdempotentRequest.objects.exists()
