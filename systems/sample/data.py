"""Sample data, the same in every run: its numbers come from a generator with a fixed seed."""

import random
import tomllib
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

import systems
from systems.accounts.models import User
from systems.bookings.models import Booking, Status
from systems.listings.models import Amenity, Listing
from systems.reviews.models import Review
from systems.sample import crm

LISTINGS = {"small": 60, "medium": 2_000, "large": 100_000}
EXAMPLE = UUID("3c1f7a52-9d0b-4e0e-8f6a-2b7d5e9c4a10")  # a place for two, which the OpenAPI document books
PENDING = 5  # stays that wait for their host: one guest may hold few nights that no host has confirmed
DECLARED = tomllib.loads((Path(systems.__path__[0]) / "roles.toml").read_text(encoding="utf-8"))
ACCOUNTS: dict[str, dict[str, str]] = DECLARED["sample"]["accounts"]
KINDS = ["Attic", "Boat", "Cabin", "Farmhouse", "Flat", "Lighthouse", "Loft", "Studio", "Tower", "Villa"]
PLACES = ["Addis Ababa", "Bergen", "Bilbao", "Cape Town", "Kraków", "Lamu", "Oaxaca", "Pula", "Tbilisi", "Zanzibar"]
WHERE = ["at the harbour", "by the market", "in the old town", "near the station", "on the hill", "under the walnut"]
SAID = ["As shown.", "Quiet, and clean.", "The stairs are steep.", "We will come again.", "Breakfast was a surprise."]


def fill(size: str, password: str) -> int:
    """Make what is not there; return the number of new listings. The accounts get this password in any case."""
    with transaction.atomic():
        people = {email: _account(email, password) for email in ACCOUNTS}
        crm.fill(size, [people["sales@example.com"], people["manager@example.com"]])
        if Listing.objects.exists():
            return 0
        chance = random.Random(size)  # noqa: S311 - the same each time, which is the point
        host = people["host@example.com"]
        guests = [people["guest@example.com"], people["guest2@example.com"]]
        listings = [_listing(host, chance) for _ in range(LISTINGS[size])]
        next(listing for listing in listings if listing.max_guests >= 2).id = EXAMPLE
        Listing.objects.bulk_create(listings, batch_size=1_000)
        stays = [stay for listing in listings for stay in _stays(listing, guests, chance)]
        for stay in stays[1 : 2 * PENDING : 2]:
            stay.status = Status.PENDING
        Booking.objects.bulk_create(stays, batch_size=1_000)
        _review(stays, chance)
    return len(listings)


def _account(email: str, password: str) -> User:
    user = User.objects.filter(email=email).first() or User(email=email, **ACCOUNTS[email])
    if not user.check_password(password):  # the same one written again would end all logins
        user.set_password(password)
        user.save()
    return user


def _listing(host: User, chance: random.Random) -> Listing:
    kind, place = chance.choice(KINDS), chance.choice(PLACES)
    return Listing(
        host=host,
        title=f"{kind} {chance.choice(WHERE)}",
        description=f"{kind} in {place}, for those who like it {chance.choice(['calm', 'lively', 'plain'])}.",
        location=place,
        price_per_night=Decimal(chance.randrange(25, 300)),
        max_guests=chance.randrange(1, 9),
        amenities=sorted(chance.sample(Amenity.values, chance.randrange(0, 5))),
    )


def _stays(listing: Listing, guests: list[User], chance: random.Random) -> list[Booking]:
    """One in the past and one to come, which never overlap."""
    today = timezone.now().date()
    stays = []
    for guest, first in zip(guests, (-40, 10), strict=True):
        check_in = today + timedelta(days=first + chance.randrange(20))
        nights = chance.randrange(1, 8)
        check_out = check_in + timedelta(days=nights)
        stays.append(
            Booking(
                listing=listing,
                guest=guest,
                check_in=check_in,
                check_out=check_out,
                guests=1,
                price_per_night=listing.price_per_night,
                status=Status.COMPLETED if check_out <= today else Status.CONFIRMED,
                total_price=listing.price_per_night * nights,
            )
        )
    return stays


def _review(stays: list[Booking], chance: random.Random) -> None:
    """Every second stay that is over gets a review, and the listing its rating."""
    over = [stay for stay in stays if stay.status == Status.COMPLETED][::2]
    reviews = [
        Review(booking=stay, listing=stay.listing, rating=chance.randrange(2, 6), comment=chance.choice(SAID))
        for stay in over
    ]
    Review.objects.bulk_create(reviews, batch_size=1_000)
    sums = Review.objects.values("listing").annotate(sum=Sum("rating"), count=Count("id"))
    rated = [Listing(id=row["listing"], rating_sum=row["sum"], rating_count=row["count"]) for row in sums]
    Listing.objects.bulk_update(rated, ["rating_sum", "rating_count"], batch_size=1_000)
