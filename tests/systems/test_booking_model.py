"""Any sequence of bookings, confirmations, cancellations, prices, reviews and days, beside a model of a few lines."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from systems.accounts.models import Role, User
from systems.bookings import services
from systems.bookings.errors import DatesTaken, TooManyPendingNights
from systems.bookings.models import Booking
from systems.bookings.selectors import nights_taken
from systems.core.errors import AlreadyDone, IllegalTransition
from systems.listings.models import Listing
from systems.listings.services import listing_update
from systems.reviews.services import review_create

DAYS = 40  # that are looked at, from the first on
PENDING_NIGHTS = 15  # so few that random requests reach the bound
places, days, numbers = st.integers(0, 1), st.integers(0, 12), st.integers(0, 99)


@dataclass
class Stay:
    """What the model knows of a booking. nights: as days counted from the first."""

    place: int
    nights: range
    total: Decimal
    asked: datetime
    status: str = "pending"
    reviewed: bool = False


class Bookings(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.first = self.now = timezone.now().replace(hour=12)
        self.clock = patch("django.utils.timezone.now", lambda: self.now)
        self.bound = patch("django.conf.settings.BOOKING_PENDING_NIGHTS", PENDING_NIGHTS)
        self.clock.start()
        self.bound.start()
        name = uuid4().hex
        host = User.objects.create(email=f"host-{name}@example.com", role=Role.HOST)
        self.guest = User.objects.create(email=f"guest-{name}@example.com")
        flat = {"host": host, "title": "Flat", "location": "Pula", "price_per_night": Decimal(80), "max_guests": 3}
        self.places = [Listing.objects.create(**flat) for _ in range(2)]
        self.model: dict[UUID, Stay] = {}

    def teardown(self) -> None:
        self.bound.stop()
        self.clock.stop()

    # --- the model

    def today(self) -> int:
        return (self.now.date() - self.first.date()).days

    def date(self, number: int) -> date:
        return self.first.date() + timedelta(days=number)

    def status(self, stay: Stay) -> str:
        if stay.status == "pending" and self.now - stay.asked >= timedelta(hours=24):
            return "cancelled"
        if stay.status == "confirmed" and stay.nights.stop <= self.today():
            return "completed"
        return stay.status

    def pending(self) -> int:
        return sum(len(one.nights) for one in self.model.values() if self.status(one) == "pending")

    def taken(self, place: int) -> set[int]:
        held = (one for one in self.model.values() if one.place == place and self.status(one) != "cancelled")
        return {night for stay in held for night in stay.nights}

    def expect(self, allowed: bool, error: type[Exception], act: Any) -> Any:
        """Do it: it must pass just where the model allows it, and else be refused for this reason."""
        try:
            result = act()
        except error:
            assert not allowed
            return None
        assert allowed
        return result

    def pick(self, number: int) -> tuple[UUID, Stay]:
        return list(self.model.items())[number % len(self.model)]

    # --- what can happen

    @rule(place=places, after=days, length=st.integers(1, 5))
    def book(self, place: int, after: int, length: int) -> None:
        nights = range(self.today() + after, self.today() + after + length)
        listing, bounded = self.places[place], self.pending() + length <= PENDING_NIGHTS
        dates = {"check_in": self.date(nights.start), "check_out": self.date(nights.stop)}
        made = self.expect(
            bounded and not self.taken(place) & set(nights),
            DatesTaken if bounded else TooManyPendingNights,
            lambda: services.booking_create(guest=self.guest, listing=listing.pk, guests=1, **dates),
        )
        if made:
            self.model[made.pk] = Stay(place, nights, listing.price_per_night * length, self.now)

    @precondition(lambda self: self.model)
    @rule(number=numbers)
    def confirm(self, number: int) -> None:
        key, stay = self.pick(number)
        host, legal = self.places[stay.place].host, self.status(stay) == "pending"
        if self.expect(legal, IllegalTransition, lambda: services.booking_confirm(booking_id=key, account=host)):
            stay.status = "confirmed"

    @precondition(lambda self: self.model)
    @rule(number=numbers)
    def cancel(self, number: int) -> None:
        key, stay = self.pick(number)
        status, begun = self.status(stay), stay.nights.start <= self.today()
        legal = status == "pending" or (status == "confirmed" and not begun)
        if self.expect(legal, IllegalTransition, lambda: services.booking_cancel(booking_id=key, account=self.guest)):
            stay.status = "cancelled"

    @rule(place=places, length=st.integers(1, 3))
    def a_guest_stays(self, place: int, length: int) -> None:
        """All of it at once, since few sequences of single steps get as far as a second stay and its review."""
        stays = len(self.model)
        self.book(place, 0, length)
        if len(self.model) > stays:
            self.confirm(stays)
            self.time_passes(24 * length)

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        """And what is due then is done, as the schedule has it."""
        self.now += timedelta(hours=hours)
        services.bookings_lapse()
        services.bookings_complete()

    @rule(place=places, price=st.integers(1, 900))
    def the_price_changes(self, place: int, price: int) -> None:
        listing = self.places[place]
        listing_update(listing_id=listing.pk, account=listing.host, price_per_night=Decimal(price))
        listing.refresh_from_db()

    @rule(place=places, ratings=st.lists(st.integers(1, 5), min_size=1, max_size=3))
    def reviews(self, place: int, ratings: list[int]) -> None:
        for rating in ratings:
            self.review(place, rating)

    def review(self, place: int, rating: int) -> None:
        over = [one for one in self.model.values() if one.place == place and self.status(one) == "completed"]
        waiting, listing = any(not one.reviewed for one in over), self.places[place]
        refusal = AlreadyDone if over else PermissionDenied
        made = self.expect(
            waiting, refusal, lambda: review_create(guest=self.guest, listing_id=listing.pk, rating=rating)
        )
        if made:
            self.model[made.booking_id].reviewed = True

    # --- what holds at each moment

    @invariant()
    def bookings_are_those_of_the_model(self) -> None:
        kept = {one.pk: one for one in Booking.objects.filter(listing__in=self.places)}
        assert kept.keys() == self.model.keys()
        for key, stay in self.model.items():
            assert kept[key].status == self.status(stay)
            assert kept[key].total_price == stay.total

    @invariant()
    def nights_are_taken_once_and_shown_as_taken(self) -> None:
        for place, listing in enumerate(self.places):
            held = [one for one in self.model.values() if one.place == place and self.status(one) != "cancelled"]
            nights = [night for one in held for night in one.nights]
            assert len(nights) == len(set(nights))
            shown = nights_taken(listing_id=listing.pk, check_in=self.date(0), check_out=self.date(DAYS))
            assert shown == [self.date(night) for night in sorted(nights) if night < DAYS]

    @invariant()
    def reviews_are_counted(self) -> None:
        for place, listing in enumerate(self.places):
            reviewed = sum(one.reviewed for one in self.model.values() if one.place == place)
            assert Listing.objects.get(pk=listing.pk).rating_count == reviewed


def run(**options: Any) -> None:
    relaxed = settings(stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), **options)
    run_state_machine_as_test(Bookings, settings=relaxed)


def test_whatever_happens_the_bookings_are_those_of_the_model() -> None:
    run(max_examples=15, derandomize=True)


@pytest.mark.prove
@pytest.mark.timeout(1_800)
def test_a_long_random_run_agrees_with_the_model() -> None:
    run(max_examples=200, print_blob=True)
