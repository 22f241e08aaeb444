"""What changes customers, products and orders. Which roles may call it: graph/rights.py."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Value, When

from systems.accounts.models import User
from systems.core.errors import DO_NOT_FIT, IllegalTransition, NotFound
from systems.core.text import normalize_email
from systems.crm.errors import OutOfStock
from systems.crm.models import LARGEST_QUANTITY, MOST_LINES, NEXT, Customer, Order, OrderLine, Product, Status
from systems.crm.selectors import LOW_STOCK, customers_visible, customers_without_order_since, orders_visible

log = logging.getLogger(__name__)
BATCH = 500  # customers in one transaction
RESTOCK = 10  # so many of each product that runs low
TAKEN = ValidationError({"email": ValidationError("A customer has this address.", code="unique")})


@dataclass(frozen=True)
class LineInput:
    """One line of an order that is to be made: so many of the product with this id."""

    product_id: int
    quantity: int


def customer_build(*, owner: User, name: str, email: str, phone: str = "") -> Customer:
    """A customer that is not saved yet. Raises Django's ValidationError, by field."""
    customer = Customer(owner=owner, name=name.strip(), email=normalize_email(email), phone=phone.strip())
    customer.clean_fields(exclude=["owner"])
    return customer


def customer_create(*, owner: User, name: str, email: str, phone: str = "") -> Customer:
    """A new customer, of this sales person. Raises Django's ValidationError, also for an address that is taken."""
    customer = customer_build(owner=owner, name=name, email=email, phone=phone)
    try:
        with transaction.atomic():
            customer.save(force_insert=True)
    except IntegrityError as error:
        raise broken_rule(error) from error
    return customer


def broken_rule(error: IntegrityError) -> ValidationError:
    """Why the database refused a customer, without the rule's own name, which is for our log."""
    rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    if rule == "one_customer_an_address":
        return TAKEN
    log.warning("a customer breaks the rule %s, which no field's own check knows", rule)
    return ValidationError(DO_NOT_FIT, code="invalid")


def product_create(*, name: str, price: Decimal, stock: int = 0) -> Product:
    """Raises Django's ValidationError, by field."""
    product = Product(name=name.strip(), price=price, stock=stock)
    product.clean_fields()
    product.save(force_insert=True)
    return product


def order_create(*, account: User, customer_id: int, lines: Iterable[LineInput]) -> Order:
    """Order for a customer that the account sees: the stock is taken and the prices are kept, or nothing happens.

    Raises Django's ValidationError, and OutOfStock.
    """
    quantities = _quantities(list(lines))
    with transaction.atomic():
        # Locked, since the foreign key is looked at only when all is committed: a clean-up must not come in between.
        buyer = customers_visible(account=account).select_for_update(no_key=True).filter(pk=customer_id).first()
        if buyer is None:
            raise ValidationError({"customer_id": "There is no such customer."})
        products = _take(quantities)
        total = sum((product.price * quantities[product.pk] for product in products), Decimal())
        order = Order.objects.create(customer=buyer, total=total)
        OrderLine.objects.bulk_create(
            OrderLine(order=order, product=product, quantity=quantities[product.pk], unit_price=product.price)
            for product in products
        )
    return order


def order_move(*, account: User, order_id: int, to: str) -> Order:
    """Take an order that the account sees to its next status. One that is cancelled gives back what it took.

    Raises NotFound and IllegalTransition.
    """
    with transaction.atomic():
        visible = orders_visible(account=account).values("pk")
        order = Order.objects.select_for_update(no_key=True).filter(pk=order_id, pk__in=visible).first()
        if order is None:
            raise NotFound()
        if to not in NEXT[order.status]:
            raise IllegalTransition(f"an order that is {order.status} can't become {to}")
        order.status = to
        order.save(update_fields=["status"])
        if to == Status.CANCELLED:
            _give_back(order)
    return order


def products_restock() -> list[Product]:
    """Ten more of each product of which there are fewer than ten; returns those.

    The rows are locked, in order, before anything is added: of two calls at once the second finds enough in stock. And
    the database adds: a number that was read a moment ago is not the one to add to.
    """
    with transaction.atomic():
        low = list(_locked().filter(stock__lt=LOW_STOCK))
        Product.objects.filter(pk__in=[product.pk for product in low]).update(stock=F("stock") + RESTOCK)
    for product in low:
        product.stock += RESTOCK
    return low


def customers_clean_up(*, cutoff: datetime) -> int:
    """Delete who has ordered nothing since then, old orders and all; returns how many. No client reaches this."""
    deleted = 0
    while (more := _clean_up_some(cutoff)) is not None:
        deleted += more
    return deleted


@transaction.atomic
def _clean_up_some(cutoff: datetime) -> int | None:
    """So many of them; returns how many, and None where there was nobody to look at.

    An order locks its customer, too. So the rows are locked first and looked at again after that: who ordered while we
    waited for the lock stays.
    """
    idle = customers_without_order_since(cutoff=cutoff)
    locked = list(idle.select_for_update().order_by("pk").values_list("pk", flat=True)[:BATCH])
    gone = list(idle.filter(pk__in=locked).values_list("pk", flat=True))
    Order.objects.filter(customer__in=gone).delete()
    Customer.objects.filter(pk__in=gone).delete()
    return len(gone) if locked else None


def _quantities(lines: list[LineInput]) -> dict[int, int]:
    """How many of which product. Raises ValidationError for an order that is none."""
    if not 1 <= len(lines) <= MOST_LINES:
        raise ValidationError({"lines": f"An order has from 1 to {MOST_LINES} lines."})
    quantities = {line.product_id: line.quantity for line in lines}
    if len(quantities) < len(lines):
        raise ValidationError({"lines": "A product can be in one line only."})
    if not all(1 <= quantity <= LARGEST_QUANTITY for quantity in quantities.values()):
        raise ValidationError({"lines": f"A quantity is from 1 to {LARGEST_QUANTITY}."})
    return quantities


def _take(quantities: Mapping[int, int]) -> list[Product]:
    """Take so many of each product from its stock. Raises ValidationError, and OutOfStock, which says what is left."""
    products = list(_locked().filter(pk__in=quantities))
    if unknown := sorted(set(quantities) - {product.pk for product in products}):
        raise ValidationError({"lines": f"There is no product {', '.join(map(str, unknown))}."})
    short = [product for product in products if product.stock < quantities[product.pk]]
    if short:
        left = ", ".join(f"{product.stock} of {product.name}" for product in short)
        raise OutOfStock(f"there are only {left}", left={str(product.pk): product.stock for product in short})
    _add({key: -quantity for key, quantity in quantities.items()})
    return products


def _give_back(order: Order) -> None:
    taken = dict(order.lines.values_list("product", "quantity"))
    list(_locked().filter(pk__in=taken))
    _add(taken)


def _locked() -> Any:
    """Products to lock, each in the order of its id: two orders that lock the same ones can't wait for each other."""
    return Product.objects.select_for_update(no_key=True).order_by("pk")


def _add(changes: Mapping[int, int]) -> None:
    """Change the stock of many products, each by its number, in one statement."""
    change = Case(*(When(pk=key, then=Value(number)) for key, number in changes.items()))
    Product.objects.filter(pk__in=changes).update(stock=F("stock") + change)
