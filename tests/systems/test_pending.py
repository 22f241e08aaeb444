"""Requests for a stay that no host has answered: how many nights they may hold, and every way out of them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from systems.accounts.models import Role, User
from systems.bookings.models import Booking, Status
from systems.bookings.services import bookings_lapse
from systems.listings.models import Listing
from tests.systems.dates import day

BOOKINGS = "/api/v1/bookings/"
Client = Callable[..., APIClient]
Person = Callable[..., User]
ListingOf = Callable[..., Listing]
StayOf = Callable[..., Booking]


def book(client: APIClient, listing: Listing, nights: int, start: int = 10) -> Any:
    dates = {"check_in": str(day(start)), "check_out": str(day(start + nights))}
    return client.post(BOOKINGS, {"listing": str(listing.pk), "guests": 1, **dates}, format="json")


def statuses(*answers: Any) -> list[int]:
    return [answer.status_code for answer in answers]


# --- how many


def test_one_guest_cannot_hold_a_whole_calendar(client_of: Client, person: Person, listing_of: ListingOf) -> None:
    client, listing = client_of(person()), listing_of()
    answers = [book(client, listing, 80, start) for start in range(1, 700, 80)]
    assert statuses(*answers) == [201] + [409] * 8
    refused = answers[-1].json()
    assert refused["type"] == "/problems/too-many-pending-nights"
    assert (refused["limit"], refused["pending"]) == (90, 80)
    assert "80" in refused["detail"]
    assert "90" in refused["detail"]


def test_pending_nights_count_over_all_listings(client_of: Client, person: Person, listing_of: ListingOf) -> None:
    client = client_of(person())
    answers = [book(client, listing_of(), nights) for nights in (60, 30, 1)]
    assert statuses(*answers) == [201, 201, 409]


def test_the_bound_is_a_setting(
    client_of: Client, person: Person, listing_of: ListingOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.BOOKING_PENDING_NIGHTS", 3)
    client, listing = client_of(person()), listing_of()
    assert statuses(*(book(client, listing, 2, start) for start in (10, 20))) == [201, 409]
    assert statuses(book(client, listing, 1, 20)) == [201]


def test_pending_nights_of_others_do_not_count(client_of: Client, person: Person, listing_of: ListingOf) -> None:
    listing = listing_of()
    assert statuses(*(book(client_of(person()), listing, 90, start) for start in (1, 91, 181))) == [201] * 3


@pytest.mark.parametrize("way_out", ["the guest cancels", "the host declines", "the host confirms", "it lapses"])
def test_nights_that_are_no_longer_pending_do_not_count(
    client_of: Client, person: Person, listing_of: ListingOf, way_out: str
) -> None:
    client, listing = client_of(person()), listing_of()
    stay = book(client, listing, 90).json()["id"]
    assert statuses(book(client, listing_of(), 1)) == [409]
    host, step = client_of(listing.host), f"{BOOKINGS}{stay}/"
    if way_out == "it lapses":
        Booking.objects.update(created_at=timezone.now() - timedelta(hours=24))
        bookings_lapse()
    else:
        who, what = {"guest": (client, "cancel"), "host": (host, "cancel")}[way_out.split()[1]]
        assert statuses(who.post(f"{step}{'confirm' if way_out.endswith('confirms') else what}/")) == [200]
    assert statuses(book(client, listing_of(), 90)) == [201]


def test_a_refused_request_holds_nothing(client_of: Client, person: Person, listing_of: ListingOf) -> None:
    client, listing = client_of(person()), listing_of()
    book(client, listing_of(), 90)
    assert statuses(book(client, listing, 5)) == [409]
    assert statuses(book(client_of(person()), listing, 5)) == [201]


# --- every way out


@pytest.mark.parametrize("who", ["guest", "host"])
@pytest.mark.parametrize("start", [-1, 0, 1], ids=["after its day", "on its day", "before its day"])
def test_a_pending_request_can_always_be_withdrawn(client_of: Client, stay_of: StayOf, who: str, start: int) -> None:
    stay = stay_of(start=start, end=start + 3, status=Status.PENDING)
    answer = client_of({"guest": stay.guest, "host": stay.listing.host}[who]).post(f"{BOOKINGS}{stay.pk}/cancel/")
    assert (answer.status_code, answer.json().get("status")) == (200, "cancelled")
    assert statuses(book(client_of(stay.guest), stay.listing, 1, max(start, 0))) == [201]


@pytest.mark.parametrize(("start", "status"), [(-1, 409), (0, 409), (1, 200)])
def test_a_confirmed_stay_is_cancelled_before_its_day(
    client_of: Client, stay_of: StayOf, start: int, status: int
) -> None:
    stay = stay_of(start=start, end=start + 3)
    assert statuses(client_of(stay.guest).post(f"{BOOKINGS}{stay.pk}/cancel/")) == [status]


@pytest.mark.parametrize("step", ["cancel", "confirm"])
@pytest.mark.parametrize("start", [-1, 0, 10])
def test_a_lapsed_request_stays_lapsed(client_of: Client, stay_of: StayOf, step: str, start: int) -> None:
    stay = stay_of(start=start, end=start + 3, status=Status.PENDING)
    Booking.objects.update(created_at=timezone.now() - timedelta(hours=24))
    bookings_lapse()
    before = Booking.objects.values().get()
    answer = client_of(stay.listing.host).post(f"{BOOKINGS}{stay.pk}/{step}/")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/illegal-transition")
    assert Booking.objects.values().get() == before


def test_an_admin_declines_for_the_host(client_of: Client, person: Person, stay_of: StayOf) -> None:
    stay = stay_of(start=0, end=2, status=Status.PENDING)
    assert statuses(client_of(person(Role.ADMIN)).post(f"{BOOKINGS}{stay.pk}/cancel/")) == [200]
