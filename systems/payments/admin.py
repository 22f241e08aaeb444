from django.contrib import admin

from systems.api.admin import StrictModelAdmin
from systems.payments.models import Discrepancy, Payment, Refund


class ReadOnly(StrictModelAdmin):
    """To look things up. Money moves at the provider, and what is here follows it."""

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, of: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, of: object = None) -> bool:
        return False


@admin.register(Payment)
class PaymentAdmin(ReadOnly):
    list_display = ["tx_ref", "booking", "amount", "currency", "status", "created_at"]
    list_filter = ["status", "created_at"]
    list_select_related = ["booking"]
    search_fields = ["tx_ref", "reference"]


@admin.register(Refund)
class RefundAdmin(ReadOnly):
    list_display = ["payment", "reference", "amount", "reason", "status", "created_at"]
    list_filter = ["status", "created_at"]
    list_select_related = ["payment"]
    search_fields = ["reference", "provider_reference"]


@admin.register(Discrepancy)
class DiscrepancyAdmin(ReadOnly):
    """What a person has to look at."""

    list_display = ["payment", "what", "seen_at"]
    list_filter = ["seen_at"]
    list_select_related = ["payment"]
    search_fields = ["payment__tx_ref", "what"]
