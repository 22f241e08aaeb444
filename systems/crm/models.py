"""Customers, what they can buy, and what they bought. What must hold is held by the database, each rule by its name.

Keys are whole numbers here, as in the course: a guessed one finds nothing that is somebody else's (selectors.py).
"""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Upper
from django.utils import timezone

from systems.accounts.models import Role
from systems.core.validators import validate_text

SELLING = (Role.SALES, Role.MANAGER)  # who may own a customer
PHONE = r"\A\+?[0-9][0-9 -]{5,18}[0-9]\Z"  # means the same to Python and to Postgres; `$` does not
LARGEST_NUMBER = 2**31 - 1  # of GraphQL's Int, and of Postgres' integer
LARGEST_QUANTITY = 100_000
MOST_LINES = 100  # in one order


class Status(models.TextChoices):
    PENDING = "pending"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


# From each status, those that may follow. What has left the house can't be cancelled any more.
NEXT: dict[str, frozenset[str]] = {
    Status.PENDING: frozenset({Status.PAID, Status.CANCELLED}),
    Status.PAID: frozenset({Status.SHIPPED, Status.CANCELLED}),
    Status.SHIPPED: frozenset({Status.DELIVERED}),
    Status.DELIVERED: frozenset(),
    Status.CANCELLED: frozenset(),
}


class Customer(models.Model):
    """Somebody who buys, and the sales person who looks after them. An address is one customer's, however written."""

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="customers",
        limit_choices_to={"role__in": SELLING},
    )
    name = models.CharField(max_length=100, validators=[validate_text])
    email = models.EmailField(max_length=254)
    phone = models.CharField(
        max_length=20, blank=True, validators=[RegexValidator(PHONE, "Write it like +251 911 000000.")]
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_customer_an_address"),
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_a_name"),
            models.CheckConstraint(condition=Q(email__contains="@"), name="email_has_an_at"),
            models.CheckConstraint(condition=Q(phone="") | Q(phone__regex=PHONE), name="phone_is_one"),
        ]
        indexes = [
            models.Index(fields=["owner", "created_at", "id"], name="customer_of_owner"),
            models.Index(fields=["created_at", "id"], name="customer_newest"),
            models.Index(fields=["name", "id"], name="customer_name"),
            models.Index(fields=["email", "id"], name="customer_email"),
            models.Index(OpClass("phone", name="varchar_pattern_ops"), name="customer_phone_prefix"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="customer_name_trigrams"),
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="customer_email_trigrams"),
        ]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """What can be bought, at which price, and how many are left."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=120, validators=[validate_text])
    price = models.DecimalField(max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    stock = models.IntegerField(default=0, validators=[MinValueValidator(0), MaxValueValidator(LARGEST_NUMBER)])

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="product_has_a_name"),
            models.CheckConstraint(condition=Q(price__gte=0), name="price_is_not_negative"),
            models.CheckConstraint(condition=Q(stock__gte=0), name="stock_is_not_negative"),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="product_name"),
            models.Index(fields=["price", "id"], name="product_price"),
            models.Index(fields=["stock", "id"], name="product_stock"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="product_name_trigrams"),
        ]

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """What a customer bought at one time. total: of its lines, at the prices of that day."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    ordered_at = models.DateTimeField(default=timezone.now, editable=False)
    total = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="order_status_is_known"),
            models.CheckConstraint(condition=Q(total__gte=0), name="order_total_is_not_negative"),
        ]
        indexes = [
            models.Index(fields=["customer", "ordered_at", "id"], name="order_of_customer"),
            models.Index(fields=["ordered_at", "id"], name="order_newest"),
            models.Index(fields=["total", "id"], name="order_total"),
        ]

    def __str__(self) -> str:
        return f"order {self.pk}"


class OrderLine(models.Model):
    """So many of a product, at the price that it had when it was ordered."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="lines")
    quantity = models.PositiveIntegerField()
    unit_price = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "product"], name="one_line_a_product"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=LARGEST_QUANTITY), name="quantity_in_range"
            ),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="unit_price_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product}"
