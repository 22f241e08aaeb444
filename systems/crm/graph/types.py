"""One type a model. Relations are read in batches: a resolver names what it wants, and batch.py fetches it for all."""

from typing import Any

import graphene
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import QuerySet
from graphene import relay
from graphene_django import DjangoObjectType
from graphql import GraphQLResolveInfo

from systems.accounts.models import User
from systems.core.cursor import DEFAULT_SIZE, Ordering
from systems.crm import models, selectors
from systems.crm.graph.connections import Connection, Page, PageArguments, connection_field, list_of, page_of
from systems.crm.graph.dataloader import load, load_related
from systems.crm.graph.filters import ORDERS, OrderFilter, OrderOrderBy, OrderStatus, ordering_of, where
from systems.crm.graph.scalars import Money

NEWEST, BY_ID = Ordering("newest", ["ordered_at", "id"], descending=True), Ordering("id", ["id"])

FEW = 10  # most orders have no more lines, and a longer list costs the more the deeper it is


class Rows(DjangoObjectType):
    """A type of a model with a key that is a whole number: known by it, and by an id that no other type's row has."""

    class Meta:
        abstract = True

    @classmethod
    def __init_subclass_with_meta__(cls, **options: Any) -> None:
        super().__init_subclass_with_meta__(
            interfaces=(relay.Node,), use_connection=False, convert_choices_to_enum=False, **options
        )

    database_id = graphene.ID(required=True, description="The key as a plain number. It may outgrow an Int.")

    def resolve_database_id(row: Any, info: GraphQLResolveInfo) -> Any:
        return row.pk


class SalesPerson(DjangoObjectType):
    """Who looks after customers."""

    class Meta:
        model = User
        name, fields = "SalesPerson", ["name", "email"]
        interfaces, use_connection = (relay.Node,), False


class Product(Rows):
    """What can be bought."""

    price = Money(required=True)

    class Meta:
        model = models.Product
        fields = ["name", "stock"]


class OrderLine(DjangoObjectType):
    """So many of a product, at the price of that day."""

    product = graphene.Field(Product, required=True)
    unit_price = Money(required=True)

    class Meta:
        model = models.OrderLine
        fields = ["quantity"]

    def resolve_product(line: Any, info: GraphQLResolveInfo) -> models.Product:
        return load_related(line, "product", models.Product.objects.all)


class Order(Rows):
    """What a customer bought at one time."""

    customer = graphene.Field(lambda: Customer, required=True)
    status = OrderStatus(required=True)
    total = Money(required=True)
    product = graphene.String(required=True, description="The names of all that was ordered, with commas between.")
    lines = graphene.List(graphene.NonNull(OrderLine), required=True, first=graphene.Int(default_value=FEW))

    class Meta:
        model = models.Order
        fields = ["ordered_at"]

    def resolve_customer(order: Any, info: GraphQLResolveInfo) -> models.Customer:
        return load_related(order, "customer", models.Customer.objects.all)

    def resolve_product(order: Any, info: GraphQLResolveInfo) -> str:
        return load(order, "product names", _names)[order.pk]

    def resolve_lines(order: Any, info: GraphQLResolveInfo, first: int | None) -> list[models.OrderLine]:
        return list_of(order, models.OrderLine, "order", PageArguments.parse(BY_ID, first))


class OrderConnection(Connection):
    class Meta:
        node = Order


class Customer(Rows):
    """Somebody who buys."""

    owner = graphene.Field(SalesPerson, required=True)
    orders = graphene.List(
        graphene.NonNull(Order),
        required=True,
        first=graphene.Int(default_value=DEFAULT_SIZE),
        description="The newest orders. To page through all of them there is ordersConnection.",
    )
    orders_connection = connection_field(
        OrderConnection, OrderFilter, OrderOrderBy, OrderOrderBy.ORDERED_AT_DESC, "All orders, page by page."
    )

    class Meta:
        model = models.Customer
        fields = ["name", "email", "phone", "created_at"]

    def resolve_owner(customer: Any, info: GraphQLResolveInfo) -> User:
        return load_related(customer, "owner", lambda: User.objects.only("name", "email"))

    def resolve_orders(customer: Any, info: GraphQLResolveInfo, first: int | None) -> list[models.Order]:
        return list_of(customer, models.Order, "customer", PageArguments.parse(NEWEST, first))

    def resolve_orders_connection(
        customer: Any, info: GraphQLResolveInfo, order_by: Any, filter: Any = None, **place: Any
    ) -> Page:
        account = info.context.user
        arguments = PageArguments.parse(ordering_of(account, "Order", selectors.ORDER_ORDERINGS, order_by), **place)
        return page_of(customer, models.Order, "customer", arguments, where(account, ORDERS, filter), filters=filter)


class CustomerConnection(Connection):
    class Meta:
        node = Customer


class ProductConnection(Connection):
    class Meta:
        node = Product


def _names(orders: list[models.Order]) -> dict[int, str]:
    lines: QuerySet[models.OrderLine] = models.OrderLine.objects.filter(order__in=orders)
    joined = lines.values("order").annotate(names=StringAgg("product__name", ", ", order_by="id"))
    return dict.fromkeys((order.pk for order in orders), "") | dict(joined.values_list("order", "names"))
