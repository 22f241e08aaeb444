"""What can be asked about listings."""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django.contrib.postgres.search import SearchRank, TrigramWordSimilarity
from django.db.models import F, FloatField, QuerySet
from django.db.models.functions import Cast

from systems.core.cursor import Ordering
from systems.listings.availability import listings_free
from systems.listings.models import Listing
from systems.listings.search import exact, matching, plain_words

# To rank is to compute a number for each match. So only the newest that match are ranked, and a search for a common
# word costs as much as one for a rare one.
MOST_RANKED = 1_000

ORDERINGS = {
    ordering.name: ordering
    for ordering in (
        Ordering("newest", ["created_at", "id"], descending=True),
        Ordering("price", ["price_per_night", "id"]),
        Ordering("-price", ["price_per_night", "id"], descending=True),
        Ordering("relevance", ["relevance", "id"], descending=True),
    )
}


# What a reader sees of a listing: not the column that is searched, which is as long as the text. Of the host, the name.
SHOWN = (
    "id", "host_id", "title", "description", "location", "price_per_night", "max_guests", "amenities", "rating_sum",
    "rating_count", "created_at",
)  # fmt: skip


def listings_open() -> "QuerySet[Listing]":
    open_ones = Listing.objects.filter(withdrawn_at__isnull=True)
    return open_ones.select_related("host").only(*SHOWN, "version", "host__name")


def listings_search(
    *,
    q: str = "",
    location: str = "",
    min_price: Decimal | None = None,
    max_price: Decimal | None = None,
    guests: int | None = None,
    amenities: list[str] | None = None,
    check_in: date | None = None,
    check_out: date | None = None,
    ordering: str = "newest",
) -> "QuerySet[Listing, Any]":
    """Cards of open listings that fit, in no order. With the ordering "relevance" they have a number of that name."""
    lookups: dict[str, Any] = {
        "location__icontains": location or None,
        "price_per_night__gte": min_price,
        "price_per_night__lte": max_price,
        "max_guests__gte": guests,
        "amenities__contains": amenities or None,
    }
    found = _open_cards().filter(**{lookup: value for lookup, value in lookups.items() if value is not None})
    if check_in and check_out:
        found = listings_free(found, check_in, check_out)
    found = found.filter(matching(q)) if q else found
    return _ranked(found, q) if ordering == "relevance" else found


def _ranked(found: "QuerySet[Listing, Any]", q: str) -> "QuerySet[Listing, Any]":
    newest = found.order_by("-created_at", "-id").values("id")[:MOST_RANKED]
    score = SearchRank(F("search"), exact(q)) + TrigramWordSimilarity(plain_words(q), "title")
    # As a double: a single-precision number does not survive its way through the text of a cursor.
    ranked = listings_open().filter(id__in=newest).annotate(relevance=Cast(score, FloatField()))
    return _cards(ranked, "relevance")


def _cards(listings: "QuerySet[Listing]", *more: str) -> "QuerySet[Listing, Any]":
    """As named tuples: twenty objects, each with a host, take as long as the query does."""
    return listings.values_list(*SHOWN, "host__name", *more, named=True)


@cache
def _open_cards() -> "QuerySet[Listing, Any]":
    """For `filter`, which makes another: this one is kept, so it must never be read itself."""
    return _cards(listings_open())
