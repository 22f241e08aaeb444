"""Places to stay."""

import hashlib
import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Upper


class Amenity(models.TextChoices):
    WIFI = "wifi"
    KITCHEN = "kitchen"
    PARKING = "parking"
    POOL = "pool"
    HEATING = "heating"
    WASHER = "washer"
    STEP_FREE = "step-free"
    PETS = "pets"


class Listing(models.Model):
    """A place to stay. Its rating is kept as a sum and a count, so that the mean is exact and cheap to keep.

    version: counts its changes. A withdrawn listing is not found any more; its bookings remain.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="listings")
    title = models.CharField(max_length=120)
    description = models.TextField(max_length=5_000, blank=True)
    location = models.CharField(max_length=120)
    price_per_night = models.DecimalField(
        max_digits=8, decimal_places=2, validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    max_guests = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(50)])
    amenities = ArrayField(models.CharField(max_length=20, choices=Amenity), default=list, blank=True)
    rating_sum = models.PositiveIntegerField(default=0, editable=False)
    rating_count = models.PositiveIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english")
        + SearchVector("location", weight="B", config="english")
        + SearchVector("description", weight="C", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price_per_night__gte=1, price_per_night__lte=100_000), name="price_in_range"
            ),
            models.CheckConstraint(
                condition=models.Q(max_guests__gte=1, max_guests__lte=50), name="max_guests_in_range"
            ),
            models.CheckConstraint(
                condition=models.Q(amenities__contained_by=Amenity.values), name="amenities_are_known"
            ),
            models.CheckConstraint(
                condition=models.Q(rating_sum__gte=models.F("rating_count"))
                & models.Q(rating_sum__lte=5 * models.F("rating_count")),
                name="rating_between_1_and_5",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="listing_newest"),
            models.Index(fields=["price_per_night", "id"], name="listing_price"),
            GinIndex(fields=["search"], name="listing_search"),
            GinIndex(fields=["amenities"], name="listing_amenities"),
            GinIndex(OpClass("title", name="gin_trgm_ops"), name="listing_title_trigrams"),
            GinIndex(OpClass(Upper("location"), name="gin_trgm_ops"), name="listing_location_trigrams"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def revision(self) -> str:
        """Names one state of all that a reader sees of it, its host's name included: the same text, the same state."""
        host = hashlib.sha256(self.host.name.encode()).hexdigest()[:8]
        return f"v{self.version}-{host}"

    @property
    def rating_mean(self) -> float | None:
        return mean_rating(self.rating_sum, self.rating_count)


def mean_rating(total: int, count: int) -> float | None:
    """Rounded to two places; None before the first review."""
    return round(total / count, 2) if count else None
