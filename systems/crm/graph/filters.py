"""What lists can be filtered and ordered by. Each filter says which field it would reveal.

An account that may not read an e-mail may not filter by one either: twenty questions, "does it begin with a?", give it
away.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import graphene
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from graphene.utils.str_converters import to_camel_case

from systems.accounts.models import User
from systems.core.cursor import Ordering
from systems.core.validators import validate_text
from systems.crm import selectors
from systems.crm.graph.rights import require
from systems.crm.graph.scalars import DateTime, Money
from systems.crm.models import OrderLine, Status

LONGEST_TEXT = 200
OrderStatus = graphene.Enum.from_enum(Status, name="OrderStatus", description=lambda value: None)


class CustomerFilter(graphene.InputObjectType):
    name_icontains = graphene.String()
    email_icontains = graphene.String()
    phone_prefix = graphene.String()
    created_at_gte = DateTime()
    created_at_lte = DateTime()


class ProductFilter(graphene.InputObjectType):
    name_icontains = graphene.String()
    price_gte = Money()
    price_lte = Money()
    stock_gte = graphene.Int()
    stock_lte = graphene.Int()
    low_stock = graphene.Boolean(description=f"Whether fewer than {selectors.LOW_STOCK} are left.")


class OrderFilter(graphene.InputObjectType):
    status = OrderStatus()
    total_gte = Money()
    total_lte = Money()
    ordered_at_gte = DateTime()
    ordered_at_lte = DateTime()
    customer_name = graphene.String(description="A part of it.")
    product_name = graphene.String(description="A part of the name of a product that was ordered.")


def _low(value: bool) -> Q:
    low = Q(stock__lt=selectors.LOW_STOCK)
    return low if value else ~low


def _bought(value: str) -> Q:
    """A join would give an order once for each line that fits."""
    return Q(Exists(OrderLine.objects.filter(order=OuterRef("pk"), product__name__icontains=value)))


# Of each filter: the field that it reveals, and how it is looked up.
Lookup = str | Callable[[Any], Q]
CUSTOMERS: dict[str, tuple[str, Lookup]] = {
    "name_icontains": ("Customer.name", "name__icontains"),
    "email_icontains": ("Customer.email", "email__icontains"),
    "phone_prefix": ("Customer.phone", "phone__startswith"),
    "created_at_gte": ("Customer.createdAt", "created_at__gte"),
    "created_at_lte": ("Customer.createdAt", "created_at__lte"),
}
PRODUCTS: dict[str, tuple[str, Lookup]] = {
    "name_icontains": ("Product.name", "name__icontains"),
    "price_gte": ("Product.price", "price__gte"),
    "price_lte": ("Product.price", "price__lte"),
    "stock_gte": ("Product.stock", "stock__gte"),
    "stock_lte": ("Product.stock", "stock__lte"),
    "low_stock": ("Product.stock", _low),
}
ORDERS: dict[str, tuple[str, Lookup]] = {
    "status": ("Order.status", "status"),
    "total_gte": ("Order.total", "total__gte"),
    "total_lte": ("Order.total", "total__lte"),
    "ordered_at_gte": ("Order.orderedAt", "ordered_at__gte"),
    "ordered_at_lte": ("Order.orderedAt", "ordered_at__lte"),
    "customer_name": ("Customer.name", "customer__name__icontains"),
    "product_name": ("Product.name", _bought),
}


def where(account: User, known: Mapping[str, tuple[str, Lookup]], input: Mapping[str, Any] | None) -> Q:
    """All filters of the input. Raises PermissionDenied, and Django's ValidationError for a text that can't be one."""
    found = Q()
    for name, value in (input or {}).items():
        if value is None:
            continue
        field, lookup = known[name]
        require(account, field)
        if isinstance(value, str):
            _check_text(name, value)
        found &= lookup(value) if callable(lookup) else Q(**{lookup: getattr(value, "value", value)})
    return found


def _check_text(name: str, value: str) -> None:
    if len(value) > LONGEST_TEXT:
        raise ValidationError({name: f"must be a text of at most {LONGEST_TEXT} characters"})
    try:
        validate_text(value)
    except ValidationError as error:
        raise ValidationError({name: error}) from error


def _enum(name: str, orderings: Iterable[Ordering]) -> Any:
    return graphene.Enum(name, [(ordering.name.upper(), ordering.name) for ordering in orderings])


CustomerOrderBy = _enum("CustomerOrderBy", selectors.CUSTOMER_ORDERINGS)
ProductOrderBy = _enum("ProductOrderBy", selectors.PRODUCT_ORDERINGS)
OrderOrderBy = _enum("OrderOrderBy", selectors.ORDER_ORDERINGS)


def ordering_of(account: User, type_name: str, known: Iterable[Ordering], value: Any) -> Ordering:
    """The ordering that an enum's value means. Raises PermissionDenied where the account may not read its field."""
    ordering = next(one for one in known if one.name == getattr(value, "value", value))
    require(account, f"{type_name}.{to_camel_case(ordering.columns[0])}")
    return ordering
