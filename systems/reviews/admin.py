from django.contrib import admin

from systems.api.admin import StrictModelAdmin
from systems.reviews.models import Review


@admin.register(Review)
class ReviewAdmin(StrictModelAdmin):
    """Words that break the rules can be taken out; a rating can't be changed, since the listing's mean counts it."""

    list_display = ["listing", "rating", "created_at", "replied_at"]
    list_filter = ["rating"]
    list_select_related = ["listing"]
    search_fields = ["listing__title", "comment"]
    readonly_fields = ["booking", "listing", "rating", "reply", "replied_at", "created_at"]

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_delete_permission(self, request: object, of: object = None) -> bool:
        return False
