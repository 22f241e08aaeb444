"""The CRM's admin pages: to look things up, hand a customer over, and correct a name.

An admin keeps the machine: addresses and amounts are for those who sell (graph/rights.py), so they are on no page.
"""

from typing import Any

from django.contrib import admin

from systems.api.admin import StrictModelAdmin
from systems.crm.models import Customer, Order, OrderLine, Product


@admin.register(Customer)
class CustomerAdmin(StrictModelAdmin):
    list_display = ["name", "owner", "created_at"]
    list_filter = ["created_at"]
    list_select_related = ["owner"]
    search_fields = ["name", "owner__email"]
    fields = ["name", "owner", "created_at"]
    readonly_fields = ["created_at"]

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_delete_permission(self, request: object, of: object = None) -> bool:
        return False  # orders belong to it


@admin.register(Product)
class ProductAdmin(StrictModelAdmin):
    """A name may be corrected. Orders take stock and give it back: a number typed in here would overwrite theirs."""

    list_display = ["name", "price", "stock"]
    list_filter = ["stock"]
    search_fields = ["name"]
    fields = ["name", "price", "stock"]
    readonly_fields = ["price", "stock"]

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_delete_permission(self, request: object, of: object = None) -> bool:
        return False


class Lines(admin.TabularInline):
    model = OrderLine
    fields = ["product", "quantity"]


@admin.register(Order)
class OrderAdmin(StrictModelAdmin):
    """To look things up. A status has its legal steps, and they are taken by those who sell."""

    list_display = ["id", "customer", "ordered_at", "status"]
    list_filter = ["status", "ordered_at"]
    list_select_related = ["customer"]
    search_fields = ["customer__name"]
    fields = ["customer", "ordered_at", "status"]
    inlines = [Lines]

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, of: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: object, of: Any = None) -> bool:
        return False
