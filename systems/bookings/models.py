"""Stays. The database holds what must hold: no night twice, no stay backwards, the price of the nights as the total."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, IntegerField, Q

from systems.listings.models import Listing


class Status(models.TextChoices):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    COMPLETED = "completed"  # a confirmed stay from its last day on


HOLDING = (Status.PENDING, Status.CONFIRMED, Status.COMPLETED)  # a stay that holds its nights against others


class Nights(Func):
    """The days between two dates, as a number. Django's own subtraction gives an interval."""

    template, arg_joiner, output_field = "(%(expressions)s)", " - ", IntegerField()


class Stay(Func):
    function, output_field = "daterange", DateRangeField()


class Booking(models.Model):
    """A guest's stay at a listing, from check_in to the morning of check_out, at the price of the day it was made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="bookings")
    guest = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bookings")
    check_in = models.DateField()
    check_out = models.DateField()
    guests = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    price_per_night = models.DecimalField(max_digits=8, decimal_places=2)
    total_price = models.DecimalField(max_digits=12, decimal_places=2)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(auto_now_add=True)
    paid_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(check_out__gt=F("check_in")), name="stay_goes_forward"),
            models.CheckConstraint(condition=Q(guests__gte=1), name="somebody_stays"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="booking_status_is_known"),
            models.CheckConstraint(
                condition=Q(total_price=F("price_per_night") * Nights(F("check_out"), F("check_in"))),
                name="total_is_nights_times_price",
            ),
            ExclusionConstraint(
                name="one_stay_a_night",
                expressions=[
                    ("listing", RangeOperators.EQUAL),
                    (Stay("check_in", "check_out", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=HOLDING),
            ),
        ]
        indexes = [
            models.Index(fields=["guest", "created_at", "id"], name="booking_of_guest"),
            models.Index(fields=["listing", "created_at", "id"], name="booking_of_listing"),
            # for the two tasks that look for what is due
            models.Index(fields=["created_at"], condition=Q(status=Status.PENDING), name="booking_to_lapse"),
            models.Index(fields=["check_out"], condition=Q(status=Status.CONFIRMED), name="booking_to_complete"),
        ]

    def __str__(self) -> str:
        return f"{self.check_in} to {self.check_out}"
