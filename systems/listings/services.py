"""What changes listings. Each service is one transaction, and takes plain values."""

from collections.abc import Container
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from systems.accounts.models import Role, User
from systems.core.errors import NotFound, StaleVersion
from systems.listings.models import Listing

EDITABLE = ("title", "description", "location", "price_per_night", "max_guests", "amenities")


@transaction.atomic
def listing_create(*, host: User, **fields: Any) -> Listing:
    """A new listing of this host. Raises PermissionDenied for a guest, and ValidationError."""
    if host.role not in {Role.HOST, Role.ADMIN}:
        raise PermissionDenied("only hosts offer places: register an account with the role host")
    listing = Listing(host=host, **_editable(fields))
    listing.full_clean(exclude=["search"])
    listing.save()
    return listing


@transaction.atomic
def listing_update(
    *, listing_id: UUID, account: User, revisions: Container[str] | None = None, **fields: Any
) -> Listing:
    """Change a listing, as its host or an admin. Prices of bookings that were made stay as they were.

    revisions: those that the caller has read; None for any. A change of nothing writes nothing.
    Raises NotFound, PermissionDenied, StaleVersion and ValidationError.
    """
    listing = _lock(listing_id, account, revisions)
    changes = {name: value for name, value in _editable(fields).items() if getattr(listing, name) != value}
    if changes:
        for name, value in changes.items():
            setattr(listing, name, value)
        listing.full_clean(exclude=["search"])
        listing.version += 1
        listing.save(update_fields=[*changes, "version"])
    return listing


@transaction.atomic
def listing_withdraw(*, listing_id: UUID, account: User, revisions: Container[str] | None = None) -> None:
    """Take a listing off the market, as its host or an admin. Bookings that were made stay.

    revisions: as in `listing_update`. Raises NotFound, PermissionDenied and StaleVersion.
    """
    listing = _lock(listing_id, account, revisions)
    listing.withdrawn_at = timezone.now()
    listing.version += 1
    listing.save(update_fields=["withdrawn_at", "version"])


def listing_rate(*, listing_id: UUID, rating: int) -> None:
    """Add a rating to the sum and the count, in the database, where two at once can't overwrite each other."""
    Listing.objects.filter(pk=listing_id).update(
        rating_sum=F("rating_sum") + rating, rating_count=F("rating_count") + 1, version=F("version") + 1
    )


def _lock(listing_id: UUID, account: User, revisions: Container[str] | None) -> Listing:
    """The listing, locked until the transaction ends, for its host or an admin, in one of these revisions."""
    open_ones = Listing.objects.select_for_update(no_key=True, of=("self",)).filter(withdrawn_at__isnull=True)
    listing = open_ones.select_related("host").defer("search").filter(pk=listing_id).first()
    if listing is None:
        raise NotFound()
    if account.pk != listing.host_id and account.role != Role.ADMIN:
        raise PermissionDenied("only its host changes a listing")
    if revisions is not None and listing.revision not in revisions:
        raise StaleVersion("somebody has changed it since: read it again")
    return listing


def _editable(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in EDITABLE if name in fields}
