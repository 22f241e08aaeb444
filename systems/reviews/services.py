"""What changes reviews."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from systems.accounts.models import User
from systems.bookings.models import Booking, Status
from systems.core.errors import AlreadyDone, NotFound
from systems.listings.selectors import listings_open
from systems.listings.services import listing_rate
from systems.reviews.models import Review


@transaction.atomic
def review_create(*, guest: User, listing_id: UUID, rating: int, comment: str = "") -> Review:
    """A review of the guest's last completed stay here that has none yet, counted in the listing's rating.

    Raises NotFound, PermissionDenied for who has not stayed here, and AlreadyDone where all stays are reviewed.
    """
    listing = listings_open().filter(pk=listing_id).first()
    if listing is None:
        raise NotFound()
    stays = Booking.objects.filter(guest=guest, listing=listing, status=Status.COMPLETED)
    if not stays.exists():
        raise PermissionDenied("a review comes after a completed stay")
    stay = stays.filter(review__isnull=True).order_by("-check_out").first()
    if stay is None:
        raise AlreadyDone("you have reviewed this stay")
    try:
        with transaction.atomic():
            review = Review.objects.create(booking=stay, listing=listing, rating=rating, comment=comment)
            listing_rate(listing_id=listing.pk, rating=rating)
    except IntegrityError as error:  # two at once found the same stay without a review
        raise AlreadyDone("you have reviewed this stay") from error
    return review


@transaction.atomic
def review_reply(*, review_id: UUID, host: User, reply: str) -> Review:
    """The host's answer, once. Raises NotFound, PermissionDenied and AlreadyDone."""
    reviews = Review.objects.select_for_update(of=("self",)).select_related("listing", "booking__guest")
    review = reviews.defer("listing__search").filter(pk=review_id).first()
    if review is None:
        raise NotFound()
    if review.listing.host_id != host.pk:
        raise PermissionDenied("only the host of the place replies")
    if review.replied_at:
        raise AlreadyDone("this review has its reply")
    review.reply, review.replied_at = reply, timezone.now()
    review.save(update_fields=["reply", "replied_at"])
    return review
