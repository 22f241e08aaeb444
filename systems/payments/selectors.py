"""What can be asked about payments."""

from django.db.models import QuerySet

from systems.accounts.models import User
from systems.bookings.selectors import bookings_visible
from systems.payments.models import Payment


def payments_visible(*, account: User) -> "QuerySet[Payment]":
    """Those of the bookings that the account may see."""
    bookings = bookings_visible(account=account).values("pk")
    return Payment.objects.filter(booking__in=bookings).select_related("refund")
