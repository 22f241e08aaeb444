"""What guests say of a stay, and what the host answers."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from systems.bookings.models import Booking
from systems.listings.models import Listing


class Review(models.Model):
    """One for a booking. It has the listing too, to read all of a place's in order from one index."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="review")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="reviews")
    rating = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    comment = models.TextField(max_length=5_000, blank=True)
    reply = models.TextField(max_length=5_000, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="one_to_five"),
            models.CheckConstraint(
                condition=Q(reply="", replied_at__isnull=True) | (~Q(reply="") & Q(replied_at__isnull=False)),
                name="a_reply_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["listing", "created_at", "id"], name="review_of_listing")]

    def __str__(self) -> str:
        return f"{self.rating} of 5"
