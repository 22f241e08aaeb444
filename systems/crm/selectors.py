"""Which rows an account sees, and in which orders they can be read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from systems.accounts.models import Role, User
from systems.core.cursor import Ordering
from systems.crm.models import NEXT, Customer, Order, Product, Status

LOW_STOCK = 10  # below it, a product is to be ordered again
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Sales:
    """Of the seven days before `until`: who is new, what was ordered and not cancelled, and what that comes to."""

    until: datetime
    customers: int
    orders: int
    revenue: Decimal


def customers_visible(*, account: User) -> "QuerySet[Customer]":
    """A sales person's own; a manager's and an admin's all; nobody else's any."""
    if account.role in {Role.MANAGER, Role.ADMIN}:
        return Customer.objects.all()
    if account.role == Role.SALES:
        return Customer.objects.filter(owner=account)
    return Customer.objects.none()


def orders_visible(*, account: User) -> "QuerySet[Order]":
    """Those of the customers that the account sees."""
    if account.role in {Role.MANAGER, Role.ADMIN}:
        return Order.objects.all()
    if account.role == Role.SALES:
        return Order.objects.filter(customer__owner=account)
    return Order.objects.none()


def products_visible(*, account: User) -> "QuerySet[Product]":
    """The catalogue, for all who work with it."""
    return Product.objects.all() if account.role in {Role.SALES, Role.MANAGER, Role.ADMIN} else Product.objects.none()


def customers_without_order_since(*, cutoff: datetime) -> "QuerySet[Customer]":
    """Who has ordered nothing since then, was there before, and waits for no order that is still on its way.

    Not `filter(orders__ordered_at__lt=cutoff)`: that is who has an old order, whatever they ordered yesterday.
    """
    on_its_way = [status for status, following in NEXT.items() if following]
    old = Customer.objects.filter(created_at__lt=cutoff)
    return old.exclude(orders__ordered_at__gte=cutoff).exclude(orders__status__in=on_its_way)


def orders_to_remind(*, now: datetime) -> "QuerySet[Order]":
    """Those that have waited for their payment for a day, and for a week at most."""
    return Order.objects.filter(
        status=Status.PENDING, ordered_at__gt=now - WEEK, ordered_at__lte=now - timedelta(days=1)
    )


def sales_of_week(*, until: datetime) -> Sales:
    week = (until - WEEK, until)  # its end belongs to the next one
    customers = Customer.objects.filter(created_at__gte=week[0], created_at__lt=week[1]).count()
    ordered = Order.objects.filter(ordered_at__gte=week[0], ordered_at__lt=week[1]).exclude(status=Status.CANCELLED)
    total = ordered.aggregate(orders=Count("pk"), revenue=Sum("total", default=Decimal(0)))
    return Sales(until=until, customers=customers, **total)


def managers() -> "QuerySet[User]":
    """Who is to know how the business goes."""
    return User.objects.filter(role=Role.MANAGER, is_active=True)


def both_ways(name: str, *columns: str) -> tuple[Ordering, Ordering]:
    """Ascending and descending. The columns are unique with the id after them, so a cursor is a place between rows."""
    return Ordering(f"{name}_asc", [*columns, "id"]), Ordering(f"{name}_desc", [*columns, "id"], descending=True)


CUSTOMER_ORDERINGS = (*both_ways("created_at", "created_at"), *both_ways("name", "name"), *both_ways("email", "email"))
PRODUCT_ORDERINGS = (*both_ways("name", "name"), *both_ways("price", "price"), *both_ways("stock", "stock"))
ORDER_ORDERINGS = (*both_ways("ordered_at", "ordered_at"), *both_ways("total", "total"))
