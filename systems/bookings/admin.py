from django.contrib import admin

from systems.api.admin import StrictModelAdmin
from systems.bookings.models import Booking


@admin.register(Booking)
class BookingAdmin(StrictModelAdmin):
    """To look things up. Stays are made, confirmed and cancelled by those whom they concern."""

    list_display = ["listing", "guest", "check_in", "check_out", "total_price", "status", "paid_at"]
    list_filter = ["status", "check_in"]
    list_select_related = ["listing", "guest"]
    search_fields = ["listing__title", "guest__email"]

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, of: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, of: object = None) -> bool:
        return False
