"""Sample data: the same each time, right by all constraints, and never made twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Count, F, Sum
from rest_framework.test import APIClient

from systems.accounts.models import User
from systems.bookings.models import Booking, Status
from systems.bookings.selectors import nights_pending
from systems.crm.models import Customer, Order, OrderLine
from systems.listings.models import Listing
from systems.reviews.models import Review
from systems.sample import data as sample


@pytest.fixture
def filled() -> None:
    assert sample.fill("small", "correct horse battery") == 60


def test_all_sample_accounts_can_sign_in(filled: None, client_of: Callable[..., APIClient]) -> None:
    for email in sample.ACCOUNTS:
        said = {"email": email, "password": "correct horse battery"}
        assert client_of().post("/api/v1/auth/token/", said, format="json").status_code == 200


def test_a_second_run_changes_nothing_but_the_password(filled: None) -> None:
    before = list(Booking.objects.values())
    assert sample.fill("small", "another horse") == 0
    assert list(Booking.objects.values()) == before
    assert User.objects.get(email="guest@example.com").check_password("another horse")


def test_two_empty_databases_get_the_same(filled: None) -> None:
    def shown() -> list[object]:
        return list(Listing.objects.order_by("title", "price_per_night").values_list("title", "price_per_night"))

    first = shown()
    for model in (Review, Booking, Listing):
        model.objects.all().delete()
    sample.fill("small", "x")
    assert shown() == first


def test_ratings_are_those_of_the_reviews(filled: None) -> None:
    sums = Review.objects.values("listing").annotate(sum=Sum("rating"), count=Count("id"))
    assert len(sums) > 20
    kept = dict(Listing.objects.filter(rating_count__gt=0).values_list("id", "rating_sum"))
    assert kept == {row["listing"]: row["sum"] for row in sums}


def test_a_stay_that_is_sampled_has_nights_and_a_price(filled: None) -> None:
    for stay in Booking.objects.all():
        assert stay.total_price == stay.price_per_night * ((stay.check_out - stay.check_in) // timedelta(days=1))
        assert str(stay).startswith(str(stay.check_in))


def test_the_crms_sample_has_both_sellers_and_right_totals(filled: None) -> None:
    owners = Customer.objects.values("owner__email").annotate(count=Count("id")).order_by("owner__email")
    assert list(owners.values_list("owner__email", "count")) == [("manager@example.com", 20), ("sales@example.com", 20)]
    lines = OrderLine.objects.values("order").annotate(sum=Sum(F("quantity") * F("unit_price")))
    sums = dict(lines.values_list("order", "sum"))
    assert sums == dict(Order.objects.values_list("id", "total"))
    assert len(sums) == 120


def test_the_command_says_whom_it_made(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed", "--size", "small")
    said = capsys.readouterr().out
    assert "60 listings" in said
    assert "guest@example.com" in said
    assert "password: " in said


def test_sampled_guests_keep_within_the_bound_on_pending_nights(filled: None) -> None:
    """Far within it, so that a reader who tries the API as one of them has nights left."""
    assert Booking.objects.filter(status=Status.PENDING).count() == 5
    for email in ("guest@example.com", "guest2@example.com"):
        assert nights_pending(guest=User.objects.get(email=email)) <= settings.BOOKING_PENDING_NIGHTS / 2
