from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from systems.api.admin import StrictModelAdmin
from systems.listings.models import Listing


@admin.register(Listing)
class ListingAdmin(StrictModelAdmin):
    """Words may be corrected here. A price is its host's to set, and a rating the guests'."""

    list_display = ["title", "host", "location", "price_per_night", "rating_count", "withdrawn_at"]
    list_filter = ["withdrawn_at", "max_guests"]
    list_select_related = ["host"]
    search_fields = ["title", "location", "host__email"]
    fields = [
        "host", "title", "description", "location", "price_per_night", "max_guests", "amenities",
        "rating_sum", "rating_count", "version", "withdrawn_at", "created_at",
    ]  # fmt: skip
    readonly_fields = ["host", "price_per_night", "rating_sum", "rating_count", "version", "created_at"]

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_delete_permission(self, request: object, of: object = None) -> bool:
        return False  # withdraw it: bookings and reviews belong to it

    def save_model(self, request: HttpRequest, listing: Listing, form: Any, change: bool) -> None:
        listing.version += 1  # a host who edits meanwhile must hear of it
        super().save_model(request, listing, form, change)
