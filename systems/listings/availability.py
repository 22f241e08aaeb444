"""Which listings are free. The apps above hold the nights, so they say it: they register here when they start.

Why a registry: "Availability: a registry" in DECISIONS.md.
"""

from collections.abc import Callable
from datetime import date

from django.db.models import QuerySet

from systems.listings.models import Listing

Filter = Callable[["QuerySet[Listing]", date, date], "QuerySet[Listing]"]
_filters: list[Filter] = []


def register(only_free: Filter) -> None:
    """only_free: of these listings, those of which it holds no night from check_in to check_out."""
    if only_free not in _filters:
        _filters.append(only_free)


def listings_free(listings: "QuerySet[Listing]", check_in: date, check_out: date) -> "QuerySet[Listing]":
    for only_free in _filters:
        listings = only_free(listings, check_in, check_out)
    return listings
