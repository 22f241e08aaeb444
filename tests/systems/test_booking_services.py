"""The services of bookings, called directly: what they refuse and in which words, what they lock and leave alone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from systems.accounts.models import Role, User
from systems.bookings import services
from systems.bookings.errors import DatesTaken, TooManyPendingNights
from systems.bookings.models import Booking, Status
from systems.bookings.services import (
    booking_cancel,
    booking_confirm,
    booking_create,
    bookings_complete,
    bookings_lapse,
)
from systems.core.errors import IllegalTransition, NotFound
from systems.listings.models import Listing
from systems.outbox.models import Event
from tests.systems.dates import day
from tests.systems.queries import statements

Person = Callable[..., User]
ListingOf = Callable[..., Listing]
StayOf = Callable[..., Booking]
Step = Callable[..., Booking]


def book(guest: User, listing: Any, start: int = 10, end: int = 13, guests: int = 1) -> Booking:
    return booking_create(guest=guest, listing=listing, check_in=day(start), check_out=day(end), guests=guests)


# --- in which words


@pytest.mark.parametrize(
    ("start", "end", "guests", "said"),
    [
        (-1, 2, 1, {"check_in": ["must not be in the past"]}),
        (5, 5, 1, {"check_out": ["must be after check_in"]}),
        (5, 4, 1, {"check_out": ["must be after check_in"]}),
        (1, 92, 1, {"check_out": ["at most 90 nights at once"]}),
        (700, 731, 1, {"check_out": ["at most 730 days ahead"]}),
        (1, 2, 4, {"guests": ["at most 3 can stay here"]}),
    ],
)
def test_a_stay_that_cannot_be_is_refused_with_the_reason(
    person: Person, listing_of: ListingOf, start: int, end: int, guests: int, said: dict[str, list[str]]
) -> None:
    with pytest.raises(ValidationError) as error:
        book(person(), listing_of().pk, start, end, guests)
    assert error.value.message_dict == said


def test_a_place_that_is_not_there_or_no_more_is_no_place(person: Person, listing_of: ListingOf) -> None:
    for listing in (uuid4(), listing_of(withdrawn_at=timezone.now()).pk):
        with pytest.raises(ValidationError) as error:
            book(person(), listing)
        assert error.value.message_dict == {"listing": ["there is no such listing"]}


def refusal(kind: type[Exception], act: Callable[[], object]) -> str:
    with pytest.raises(kind) as error:
        act()
    return str(error.value)


def test_every_refusal_says_what_happened(stay_of: StayOf) -> None:
    stay, begun = stay_of(), stay_of(start=0, end=2)
    host, place = stay.listing.host, stay.listing.pk
    own, taken = "this is your own place: you need no booking to stay in it", "somebody else has one of these nights"
    assert refusal(PermissionDenied, lambda: book(host, place, 20, 21)) == own
    assert refusal(DatesTaken, lambda: book(stay.guest, place, 12, 14)) == taken
    known: dict[str, Any] = {"booking_id": stay.pk, "account": stay.guest}
    assert refusal(PermissionDenied, lambda: booking_confirm(**known)) == "only the host confirms a stay"
    again: dict[str, Any] = {"booking_id": stay.pk, "account": host}
    said = refusal(IllegalTransition, lambda: booking_confirm(**again))
    assert said == "a booking that is confirmed can't become confirmed"
    late: dict[str, Any] = {"booking_id": begun.pk, "account": begun.guest}
    said = refusal(IllegalTransition, lambda: booking_cancel(**late))
    assert said == "a confirmed stay can be cancelled until the day before it begins"


def test_too_many_pending_nights_are_named_in_the_refusal(person: Person, listing_of: ListingOf) -> None:
    guest = person()
    book(guest, listing_of().pk, 1, 89)
    with pytest.raises(TooManyPendingNights) as error:
        book(guest, listing_of().pk, 10, 13)
    why = "you have 88 unpaid pending nights, and 3 more would exceed the limit of 90"
    todo = "pay for a request, cancel it, or wait until its host confirms it"
    assert str(error.value) == f"{why}: {todo}"
    assert error.value.members == {"limit": 90, "pending": 88}


# --- whose step it is


@pytest.mark.parametrize(
    ("step", "guest", "host", "stranger", "admin"),
    [(booking_confirm, PermissionDenied, None, NotFound, None), (booking_cancel, None, None, NotFound, None)],
)
def test_a_step_is_taken_by_those_whom_the_stay_concerns(
    stay_of: StayOf, person: Person, step: Step, guest: Any, host: Any, stranger: Any, admin: Any
) -> None:
    for who, error in (("guest", guest), ("host", host), ("stranger", stranger), ("admin", admin)):
        stay = stay_of(status=Status.PENDING)
        people = {"guest": stay.guest, "host": stay.listing.host, "stranger": person(Role.HOST)}
        account = people.get(who) or person(Role.ADMIN)
        if error:
            refusal(error, lambda: step(booking_id=stay.pk, account=account))  # noqa: B023
        else:
            assert step(booking_id=stay.pk, account=account).pk == stay.pk
        assert (Booking.objects.get(pk=stay.pk).status == Status.PENDING) == bool(error)


# --- what is locked, and what is left alone


def test_to_book_locks_the_listing_and_then_the_guest(person: Person, listing_of: ListingOf) -> None:
    guest, listing = person(), listing_of()
    first, second, *_ = statements(lambda: book(guest, listing.pk))
    assert 'FROM "listings_listing"' in first
    assert first.endswith("FOR NO KEY UPDATE")  # others may refer to it
    assert second.startswith("select pg_advisory_xact_lock(")  # no row is written to lock it
    assert str(guest.pk) in second
    assert '"search"' not in first  # a long column that nobody reads


@pytest.mark.parametrize(("step", "status"), [(booking_confirm, "confirmed"), (booking_cancel, "cancelled")])
def test_a_step_locks_one_booking_and_writes_its_status(stay_of: StayOf, step: Step, status: str) -> None:
    stay = stay_of(status=Status.PENDING)
    looked, wrote, kept = statements(lambda: step(booking_id=stay.pk, account=stay.listing.host))
    assert looked.endswith('FOR UPDATE OF "bookings_booking"')
    assert '"search"' not in looked
    assert wrote.startswith(f"""UPDATE "bookings_booking" SET "status" = '{status}' WHERE""")
    assert kept.startswith('INSERT INTO "outbox_event"')


# --- what becomes of it by itself


def event_of(stay: Booking) -> list[tuple[str, dict[str, str]]]:
    return list(Event.objects.filter(payload__booking=str(stay.pk)).values_list("topic", "payload"))


def test_each_step_is_an_event(person: Person, listing_of: ListingOf) -> None:
    stay = book(person(), listing_of().pk)
    booking_confirm(booking_id=stay.pk, account=stay.listing.host)
    booking_cancel(booking_id=stay.pk, account=stay.guest)
    asked = {"booking": str(stay.pk)}
    *earlier, (topic, payload) = event_of(stay)
    assert earlier == [("booking.requested", asked), ("booking.confirmed", asked)]
    at = datetime.fromisoformat(payload.pop("at"))
    assert (topic, payload) == ("booking.cancelled", {**asked, "by": str(stay.guest.pk)})
    assert timezone.now() - at < timedelta(minutes=1)


def test_a_refused_step_is_no_event(person: Person, stay_of: StayOf) -> None:
    stay = stay_of()
    refusal(DatesTaken, lambda: book(person(), stay.listing.pk))
    refusal(IllegalTransition, lambda: booking_confirm(booking_id=stay.pk, account=stay.listing.host))
    assert not Event.objects.exists()


def test_a_request_lapses_after_a_day_and_no_sooner(stay_of: StayOf) -> None:
    old, young = stay_of(status=Status.PENDING), stay_of(status=Status.PENDING)
    confirmed = stay_of()
    now = timezone.now()
    Booking.objects.exclude(pk=young.pk).update(created_at=now - timedelta(hours=24))
    Booking.objects.filter(pk=young.pk).update(created_at=now - timedelta(hours=23, minutes=59))
    assert (bookings_lapse(), bookings_lapse()) == (1, 0)
    kept = [Booking.objects.get(pk=stay.pk).status for stay in (old, young, confirmed)]
    assert kept == ["cancelled", "pending", "confirmed"]
    assert event_of(old) == [("booking.lapsed", {"booking": str(old.pk)})]
    assert Event.objects.count() == 1


def test_a_confirmed_stay_is_completed_on_its_last_day(stay_of: StayOf) -> None:
    over, later = stay_of(start=-3, end=0, status=Status.CONFIRMED), stay_of(start=-3, end=1)
    asked = stay_of(start=-3, end=0, status=Status.PENDING)
    assert (bookings_complete(), bookings_complete()) == (1, 0)
    kept = [Booking.objects.get(pk=stay.pk).status for stay in (over, later, asked)]
    assert kept == ["completed", "confirmed", "pending"]
    assert event_of(over) == [("booking.completed", {"booking": str(over.pk)})]


def test_many_that_are_due_are_moved_in_batches(stay_of: StayOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    for _ in range(5):
        stay_of(start=-3, end=0, status=Status.CONFIRMED)
    assert bookings_complete() == 5
    assert Event.objects.count() == 5


def test_a_completed_stay_keeps_its_nights(person: Person, stay_of: StayOf) -> None:
    stay = stay_of(start=0, end=3, status=Status.COMPLETED)
    refusal(DatesTaken, lambda: book(person(), stay.listing.pk, 0, 3))


def test_a_confirmed_stay_keeps_its_nights_however_old_it_is(person: Person, stay_of: StayOf) -> None:
    stay = stay_of()
    Booking.objects.update(created_at=timezone.now() - timedelta(days=99))
    bookings_lapse()
    refusal(DatesTaken, lambda: book(person(), stay.listing.pk))
    assert Booking.objects.get().status == Status.CONFIRMED
