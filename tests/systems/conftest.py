"""For the tests of the systems: Django on a room of this worker's own, and people with tokens."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.systems import room

room.set_up()

from django.db import transaction
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from systems.accounts.failed_logins import _limiter
from systems.accounts.models import Role, User
from systems.bookings.models import Booking, Status
from systems.listings.models import Listing
from tests.systems.dates import day


@pytest.fixture(autouse=True)
def nothing_lasts() -> Iterator[None]:
    """Each test in a transaction that is rolled back, with no counts in Redis."""
    _limiter().storage.reset()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def person() -> Callable[..., User]:
    """Makes an account. Without a password, unless one is named: most tests use a token."""
    numbers = iter(range(1_000_000))

    def make(role: str = Role.GUEST, password: str | None = None) -> User:
        user = User(email=f"{role}{next(numbers)}@example.com", name=f"a {role}", role=role)
        user.set_unusable_password()
        if password:
            user.set_password(password)
        user.save()
        return user

    return make


@pytest.fixture
def client_of() -> Callable[..., APIClient]:
    """A client that sends this account's token, or none."""

    def make(user: User | None = None) -> APIClient:
        client = APIClient(raise_request_exception=False)
        if user:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.for_user(user)}")
        return client

    return make


@pytest.fixture
def listing_of(person: Callable[..., User]) -> Callable[..., Listing]:
    def make(host: User | None = None, **fields: Any) -> Listing:
        fields = {
            "title": "Flat at the harbour",
            "location": "Pula",
            "price_per_night": Decimal(80),
            "max_guests": 3,
            **fields,
        }
        return Listing.objects.create(host=host or person(Role.HOST), **fields)

    return make


@pytest.fixture
def stay_of(person: Callable[..., User], listing_of: Callable[..., Listing]) -> Callable[..., Booking]:
    """A stay that stands already, from and to a day counted from today."""

    def make(
        listing: Listing | None = None,
        guest: User | None = None,
        start: int = 10,
        end: int = 13,
        status: str = Status.CONFIRMED,
    ) -> Booking:
        listing = listing or listing_of()
        return Booking.objects.create(
            listing=listing,
            guest=guest or person(),
            check_in=day(start),
            check_out=day(end),
            guests=1,
            price_per_night=listing.price_per_night,
            total_price=listing.price_per_night * (end - start),
            status=status,
        )

    return make
