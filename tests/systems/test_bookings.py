"""Bookings: no night twice, the price of the day, and legal steps only."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from systems.accounts.models import Role, User
from systems.bookings.models import Booking, Status
from systems.bookings.services import booking_create, bookings_complete, bookings_lapse
from systems.listings.models import Listing
from tests.systems.asking import BOOKINGS, book, fields
from tests.systems.dates import day

Client = Callable[..., APIClient]
Person = Callable[..., User]
ListingOf = Callable[..., Listing]
StayOf = Callable[..., Booking]


# --- asking for a stay


def test_the_guest_is_the_token_and_the_total_is_computed(
    client_of: Client, person: Person, listing_of: ListingOf
) -> None:
    guest, listing = person(), listing_of(price_per_night=Decimal("80.50"))
    made = book(client_of(guest), listing)
    assert made.status_code == 201
    assert made.json()["guest"] == str(guest.pk)
    assert made.json()["price_per_night"] == "80.50"
    assert made.json()["total_price"] == "241.50"
    assert made.json()["status"] == "pending"
    assert client_of(guest).get(f"{BOOKINGS}{made.json()['id']}/").json() == made.json()


def test_the_courses_first_example_gets_its_errors_by_field(client_of: Client, person: Person) -> None:
    answer = client_of(person()).post(BOOKINGS, {"listing_id": 1, "user_id": 5, "dates": "2025-09-10"}, format="json")
    assert set(fields(answer)) == {"listing", "check_in", "check_out", "guests", "listing_id", "user_id", "dates"}
    reasons = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert "token" in reasons["user_id"]
    assert "check_in and check_out" in reasons["dates"]


@pytest.mark.parametrize("name", ["total_price", "price_per_night", "status", "guest"])
def test_money_status_and_identity_are_not_the_clients_to_say(
    client_of: Client, person: Person, listing_of: ListingOf, name: str
) -> None:
    assert fields(book(client_of(person()), listing_of(), 10, 13, None, **{name: "1"})) == [name]
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("start", "end", "change", "field"),
    [
        (-1, 2, {}, "check_in"),
        (5, 5, {}, "check_out"),
        (5, 4, {}, "check_out"),
        (1, 92, {}, "check_out"),
        (700, 731, {}, "check_out"),
        (1, 2, {"guests": 4}, "guests"),
        (1, 2, {"guests": 0}, "guests"),
        (1, 2, {"listing": "7d0e6a4e-7a39-4a7e-9d5c-0b6f5b3f7a11"}, "listing"),
        (1, 2, {"listing": 1}, "listing"),
        (1, 2, {"check_in": None}, "check_in"),
    ],
)
def test_a_stay_that_cannot_be_is_refused_by_field(
    client_of: Client, person: Person, listing_of: ListingOf, start: int, end: int, change: dict[str, Any], field: str
) -> None:
    assert fields(book(client_of(person()), listing_of(), start, end, **change)) == [field]


@pytest.mark.parametrize(("start", "end"), [(0, 1), (1, 91), (700, 730)])
def test_the_ends_of_what_is_allowed_are_allowed(
    client_of: Client, person: Person, listing_of: ListingOf, start: int, end: int
) -> None:
    assert book(client_of(person()), listing_of(), start, end, guests=3).status_code == 201


@pytest.mark.parametrize(
    ("status", "start", "end", "answer"),
    [
        (Status.CONFIRMED, 10, 13, 409),
        (Status.PENDING, 12, 14, 409),
        (Status.CONFIRMED, 11, 12, 409),
        (Status.CONFIRMED, 5, 20, 409),
        (Status.CONFIRMED, 13, 14, 201),
        (Status.CONFIRMED, 8, 10, 201),
        (Status.CANCELLED, 10, 13, 201),
    ],
)
def test_a_night_is_booked_once(
    client_of: Client, person: Person, stay_of: StayOf, status: str, start: int, end: int, answer: int
) -> None:
    stay = stay_of(start=start, end=end, status=status)
    said = book(client_of(person()), stay.listing)
    assert said.status_code == answer
    if answer == 409:
        assert said.json()["type"] == "/problems/dates-taken"


def test_a_withdrawn_place_and_the_own_place_are_not_booked(client_of: Client, listing_of: ListingOf) -> None:
    listing = listing_of()
    assert book(client_of(listing.host), listing).status_code == 403
    Listing.objects.update(withdrawn_at=timezone.now())
    assert fields(book(client_of(listing.host), listing)) == ["listing"]


def test_a_stay_that_no_host_confirmed_in_time_frees_its_nights(
    client_of: Client, person: Person, stay_of: StayOf
) -> None:
    stay = stay_of(status=Status.PENDING)
    guest, rival = client_of(stay.guest), client_of(person())
    age = timedelta(hours=24)
    Booking.objects.update(created_at=timezone.now() - age + timedelta(minutes=1))
    bookings_lapse()
    assert book(rival, stay.listing).status_code == 409
    Booking.objects.update(created_at=timezone.now() - age)
    bookings_lapse()
    assert guest.get(f"{BOOKINGS}{stay.pk}/").json()["status"] == "cancelled"
    assert client_of(stay.listing.host).post(f"{BOOKINGS}{stay.pk}/confirm/").status_code == 409
    assert book(rival, stay.listing).status_code == 201
    stay.refresh_from_db()
    assert stay.status == Status.CANCELLED


# --- its life


@pytest.mark.parametrize(
    ("status", "start", "end", "confirm", "cancel"),
    [
        (Status.PENDING, 10, 13, 200, 200),
        (Status.CONFIRMED, 10, 13, 409, 200),
        (Status.CANCELLED, 10, 13, 409, 409),
        (Status.CONFIRMED, -3, 0, 409, 409),
        (Status.CONFIRMED, 0, 2, 409, 409),
        (Status.CONFIRMED, 1, 2, 409, 200),
    ],
)
def test_a_booking_takes_legal_steps_only(
    client_of: Client, stay_of: StayOf, status: str, start: int, end: int, confirm: int, cancel: int
) -> None:
    for step, expected in (("confirm", confirm), ("cancel", cancel)):
        stay = stay_of(start=start, end=end, status=status)
        answer = client_of(stay.listing.host).post(f"{BOOKINGS}{stay.pk}/{step}/")
        assert answer.status_code == expected, step
        shown = answer.json()
        assert shown.get("type", "/problems/illegal-transition") == "/problems/illegal-transition"
        stay.refresh_from_db()
        assert stay.status == (shown["status"] if expected == 200 else status)


def test_a_confirmed_stay_is_completed_on_the_day_of_departure(client_of: Client, stay_of: StayOf) -> None:
    shown = []
    for end in (1, 0):
        stay = stay_of(start=-2, end=end, status=Status.CONFIRMED)
        bookings_complete()
        shown.append(client_of(stay.guest).get(f"{BOOKINGS}{stay.pk}/").json()["status"])
    assert shown == ["confirmed", "completed"]


def test_guests_and_hosts_see_their_bookings_newest_first(
    client_of: Client, person: Person, listing_of: ListingOf, stay_of: StayOf
) -> None:
    ada, host = person(), person(Role.HOST)
    mine = [stay_of(listing_of(host), ada, start=n, end=n + 1) for n in (1, 2, 3)]
    stay_of()
    for account, count in ((ada, 3), (host, 3), (person(), 0), (person(Role.ADMIN), 4)):
        page = client_of(account).get(BOOKINGS).json()
        assert len(page["results"]) == count
    first = client_of(ada).get(BOOKINGS, {"page_size": 2}).json()
    rest = client_of(ada).get(first["next"]).json()
    assert [one["id"] for one in first["results"] + rest["results"]] == [str(stay.pk) for stay in reversed(mine)]


# --- the database


@pytest.mark.parametrize(
    "broken",
    [{"check_out": day(10)}, {"guests": 0}, {"total_price": 1}, {"status": "lost"}],
)
def test_the_database_itself_refuses_what_cannot_be(stay_of: StayOf, broken: dict[str, Any]) -> None:
    stay = stay_of()
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=stay.pk).update(**broken)


def test_the_database_itself_refuses_a_night_twice(stay_of: StayOf) -> None:
    stay = stay_of(status=Status.PENDING)
    with pytest.raises(IntegrityError, match="one_stay_a_night"), transaction.atomic():
        stay_of(stay.listing, start=12, end=14)


def test_only_the_rule_of_the_nights_becomes_a_409(stay_of: StayOf) -> None:
    stay = stay_of()
    with connection.cursor() as cursor:  # one guest, one booking: a rule of the same kind, which says something else
        cursor.execute("set constraints all immediate")
        cursor.execute(
            "alter table bookings_booking add constraint one_booking_a_guest exclude using gist (guest_id with =)"
        )
    with pytest.raises(IntegrityError, match="one_booking_a_guest"), transaction.atomic():
        booking_create(guest=stay.guest, listing=stay.listing_id, check_in=day(20), check_out=day(22), guests=1)
