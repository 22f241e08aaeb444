"""Rows are written as JSON by functions, which say the same as the serializers that the OpenAPI document shows."""

import cProfile
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import models
from rest_framework.renderers import JSONRenderer
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIClient

from systems.accounts.models import User
from systems.bookings.models import Booking, Status
from systems.bookings.views import BookingOutput
from systems.listings.models import Amenity, Listing
from systems.listings.views import ListingOutput
from systems.payments.models import Payment, Refund, RefundStatus
from systems.payments.models import Status as PaymentStatus
from systems.payments.views import PaymentOutput
from systems.reviews.models import Review
from systems.reviews.views import ReviewOutput
from tests.systems.queries import statements

Rows = Callable[..., Any]
NIGHT, NOON = datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 6, 1, 12, 30, 15, 120, tzinfo=UTC)
TEXTS = ("", "Flat", 'a "quoted"\u2028line\nand <b>ü</b>\U0001f3e0')


def written(output: type[ModelSerializer[Any]], row: models.Model) -> bytes:
    return bytes(JSONRenderer().render(output(row).data))


def declared(output: type[ModelSerializer[Any]], row: models.Model) -> bytes:
    """As the fields write it that the document is derived from."""
    return bytes(JSONRenderer().render(ModelSerializer.to_representation(output(row), row)))


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("made", [NIGHT, NOON])
@pytest.mark.parametrize(("rating_sum", "rating_count"), [(0, 0), (14, 3), (5, 1)])
@pytest.mark.parametrize("price", [Decimal("1"), Decimal("80.5"), Decimal("100000.00")])
def test_a_listing_is_written_as_declared(
    text: str, made: datetime, rating_sum: int, rating_count: int, price: Decimal
) -> None:
    listing = Listing(
        host=User(name=text),
        title=text,
        description=text,
        location=text,
        price_per_night=price,
        max_guests=3,
        amenities=list(Amenity.values) if text else [],
        rating_sum=rating_sum,
        rating_count=rating_count,
        created_at=made,
    )
    assert written(ListingOutput, listing) == declared(ListingOutput, listing)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("made", [NIGHT, NOON])
@pytest.mark.parametrize("paid", [None, NOON])
def test_a_booking_is_written_as_declared(status: str, made: datetime, paid: datetime | None) -> None:
    booking = Booking(
        listing=Listing(),
        guest=User(),
        check_in=made.date(),
        check_out=NOON.date(),
        guests=2,
        price_per_night=Decimal("80.5"),
        total_price=Decimal("1234567.00"),
        status=status,
        paid_at=paid,
        created_at=made,
    )
    assert written(BookingOutput, booking) == declared(BookingOutput, booking)


@pytest.mark.parametrize("status", PaymentStatus)
@pytest.mark.parametrize("refund", [None, RefundStatus.PENDING, RefundStatus.COMPLETED])
def test_a_payment_is_written_as_declared(status: str, refund: str | None) -> None:
    payment = Payment(booking=Booking(), amount=Decimal("240.5"), currency="ETB", status=status)
    payment.created_at, payment.updated_at = NIGHT, NOON
    if refund:
        Refund(payment=payment, amount=Decimal("120.25"), status=refund)
    assert written(PaymentOutput, payment) == declared(PaymentOutput, payment)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("replied", [None, NIGHT, NOON])
def test_a_review_is_written_as_declared(text: str, replied: datetime | None) -> None:
    review = Review(
        booking=Booking(guest=User(name=text)),
        listing=Listing(),
        rating=4,
        comment=text,
        reply=text,
        replied_at=replied,
        created_at=NOON,
    )
    assert written(ReviewOutput, review) == declared(ReviewOutput, review)


@pytest.mark.parametrize("query", ["", "?q=flat&ordering=relevance", "?ordering=price"])
def test_a_search_shows_a_listing_as_its_page_does(
    client_of: Callable[..., APIClient], listing_of: Rows, query: str
) -> None:
    listing = listing_of(rating_sum=9, rating_count=2, amenities=["wifi"])
    (found,) = client_of().get(f"/api/v1/listings/{query}").json()["results"]
    assert found == client_of().get(f"/api/v1/listings/{listing.pk}/").json()


# --- and are read at once, with no query more for what was left out


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_of_listings_is_one_statement(client_of: Callable[..., APIClient], listing_of: Rows, rows: int) -> None:
    for _ in range(rows):
        listing_of()
    assert len(statements(lambda: client_of().get("/api/v1/listings/"))) == 1


def test_a_listing_is_one_statement(client_of: Callable[..., APIClient], listing_of: Rows) -> None:
    path = f"/api/v1/listings/{listing_of().pk}/"
    assert len(statements(lambda: client_of().get(path))) == 1


def test_a_page_of_reviews_is_two_statements(
    client_of: Callable[..., APIClient], stay_of: Rows, listing_of: Rows
) -> None:
    listing = listing_of()
    for start in (-30, -20, -10):
        Review.objects.create(booking=stay_of(listing, start=start, end=start + 2), listing=listing, rating=4)
    path = f"/api/v1/listings/{listing.pk}/reviews/"
    assert len(statements(lambda: client_of().get(path))) == 2


def test_no_page_reads_the_password_of_a_host(client_of: Callable[..., APIClient], listing_of: Rows) -> None:
    listing_of()
    assert [said for said in statements(lambda: client_of().get("/api/v1/listings/")) if "password" in said] == []


def test_a_row_more_costs_few_calls(client_of: Callable[..., APIClient], listing_of: Rows) -> None:
    """Calls of Python functions, which no load changes. REST framework's fields made 300 for each row."""
    for _ in range(21):  # so that there is a next page
        listing_of()
    client = client_of()

    def calls(rows: int) -> int:
        profile = cProfile.Profile()
        profile.runcall(client.get, f"/api/v1/listings/?page_size={rows}")
        return sum(entry.callcount for entry in profile.getstats())

    calls(20)  # what is made once
    assert (calls(20) - calls(10)) / 10 < 50
