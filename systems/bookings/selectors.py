"""What can be asked about bookings."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from systems.accounts.models import Role, User
from systems.bookings.models import HOLDING, Booking, Status
from systems.core.cursor import Ordering
from systems.listings.models import Listing

NEWEST = Ordering("newest", ["created_at", "id"], descending=True)


def bookings_visible(*, account: User) -> "QuerySet[Booking]":
    """Those that the account may see: as their guest, as the host of the place, or as an admin."""
    bookings = Booking.objects.select_related("listing").defer("listing__search")
    if account.role == Role.ADMIN:
        return bookings
    return bookings.filter(Q(guest=account) | Q(listing__host=account))


def holding(bookings: "QuerySet[Booking]") -> "QuerySet[Booking]":
    """Those that hold their nights against others."""
    return bookings.filter(status__in=HOLDING)


def nights_pending(*, guest: User) -> int:
    """The unpaid nights, at all listings, for which this guest waits for an answer. Their limit keeps them few."""
    stays = Booking.objects.filter(guest=guest, status=Status.PENDING, paid_at=None).values_list(
        "check_in", "check_out"
    )
    return sum((check_out - check_in).days for check_in, check_out in stays)


def listings_without_stay(listings: "QuerySet[Listing]", check_in: date, check_out: date) -> "QuerySet[Listing]":
    """Of these listings, those whose nights from check_in to check_out are all free."""
    overlapping = Booking.objects.filter(listing=OuterRef("pk"), check_in__lt=check_out, check_out__gt=check_in)
    return listings.filter(~Exists(holding(overlapping)))


def nights_taken(*, listing_id: Any, check_in: date, check_out: date) -> list[date]:
    """The nights from check_in to check_out that are taken, in order."""
    overlapping = Booking.objects.filter(listing_id=listing_id, check_in__lt=check_out, check_out__gt=check_in)
    nights: set[date] = set()
    for stay in holding(overlapping):
        first, last = max(stay.check_in, check_in), min(stay.check_out, check_out)
        nights.update(first + timedelta(days=day) for day in range((last - first).days))
    return sorted(nights)
