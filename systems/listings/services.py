"""What changes listings."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from systems.accounts.models import Role, User
from systems.listings.models import Listing
from systems.web.errors import Forbidden, NotFound

EDITABLE = ("title", "description", "location", "price_per_night", "max_guests", "amenities")


def listing_create(*, host: User, **fields: Any) -> Listing:
    """A new listing of this host. Raises Forbidden for a guest."""
    if host.role not in {Role.HOST, Role.ADMIN}:
        raise Forbidden("only hosts offer places: register an account with the role host")
    listing = Listing(host=host, **_editable(fields))
    listing.full_clean(exclude=["search"])
    listing.save()
    return listing


def listing_lock(*, listing_id: Any, account: User) -> Listing:
    """The listing, locked until the transaction ends, for its host or an admin. Raises NotFound and Forbidden."""
    open_ones = Listing.objects.select_for_update(no_key=True).filter(withdrawn_at__isnull=True)
    listing = open_ones.defer("search").filter(pk=listing_id).first()
    if listing is None:
        raise NotFound()
    if account.pk != listing.host_id and account.role != Role.ADMIN:
        raise Forbidden("only its host changes a listing")
    return listing


def listing_update(*, listing: Listing, **fields: Any) -> Listing:
    """Change a locked listing. Prices of bookings that were made stay as they were."""
    with transaction.atomic():
        for name, value in _editable(fields).items():
            setattr(listing, name, value)
        listing.full_clean(exclude=["search"])
        listing.version = listing.version + 1
        listing.save(update_fields=[*_editable(fields), "version"])
    return listing


def listing_withdraw(*, listing: Listing) -> None:
    """Take a locked listing off the market. Bookings that were made stand."""
    listing.withdrawn_at = timezone.now()
    listing.version = listing.version + 1
    listing.save(update_fields=["withdrawn_at", "version"])


def listing_rate(*, listing_id: Any, rating: int) -> None:
    """Add a rating to the sum and the count, in the database, where two at once can't overwrite each other."""
    Listing.objects.filter(pk=listing_id).update(
        rating_sum=F("rating_sum") + rating, rating_count=F("rating_count") + 1, version=F("version") + 1
    )


def _editable(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in EDITABLE if name in fields}
