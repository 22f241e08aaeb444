"""Where a query begins."""

from typing import Any

import graphene
from django.db.models import QuerySet
from graphene import relay
from graphql import GraphQLResolveInfo

from systems.crm import models, selectors
from systems.crm.graph import filters, types
from systems.crm.graph.connections import Page, PageArguments, connection_field, page
from systems.crm.graph.scalars import key_of, type_of


class Query(graphene.ObjectType):
    node = graphene.Field(relay.Node, id=graphene.ID(required=True), description="Any row, by its global id.")
    customer = graphene.Field(types.Customer, id=graphene.ID(required=True), description="By either kind of id.")
    all_customers = connection_field(
        types.CustomerConnection,
        filters.CustomerFilter,
        filters.CustomerOrderBy,
        filters.CustomerOrderBy.CREATED_AT_DESC,
        "The customers that the account sees: a sales person the own ones, page by page.",
    )
    all_products = connection_field(
        types.ProductConnection,
        filters.ProductFilter,
        filters.ProductOrderBy,
        filters.ProductOrderBy.NAME_ASC,
        "What can be bought, page by page.",
    )
    all_orders = connection_field(
        types.OrderConnection,
        filters.OrderFilter,
        filters.OrderOrderBy,
        filters.OrderOrderBy.ORDERED_AT_DESC,
        "The orders of the customers that the account sees, page by page.",
    )

    def resolve_node(root: Any, info: GraphQLResolveInfo, id: str) -> Any:
        name = type_of(id)
        return _visible(info, name).filter(pk=key_of(id, name)).first() if name in SEEN else None

    def resolve_customer(root: Any, info: GraphQLResolveInfo, id: str) -> models.Customer | None:
        return _visible(info, "Customer").filter(pk=key_of(id, "Customer")).first()

    def resolve_all_customers(root: Any, info: GraphQLResolveInfo, **arguments: Any) -> Page:
        return _page(info, "Customer", filters.CUSTOMERS, selectors.CUSTOMER_ORDERINGS, **arguments)

    def resolve_all_products(root: Any, info: GraphQLResolveInfo, **arguments: Any) -> Page:
        return _page(info, "Product", filters.PRODUCTS, selectors.PRODUCT_ORDERINGS, **arguments)

    def resolve_all_orders(root: Any, info: GraphQLResolveInfo, **arguments: Any) -> Page:
        return _page(info, "Order", filters.ORDERS, selectors.ORDER_ORDERINGS, **arguments)


SEEN = {
    "Customer": selectors.customers_visible,
    "Product": selectors.products_visible,
    "Order": selectors.orders_visible,
}


def _visible(info: GraphQLResolveInfo, name: str) -> "QuerySet[Any]":
    return SEEN[name](account=info.context.user)


def _page(
    info: GraphQLResolveInfo, name: str, known: Any, orderings: Any, order_by: Any, filter: Any = None, **place: Any
) -> Page:
    account = info.context.user
    arguments = PageArguments.parse(filters.ordering_of(account, name, orderings, order_by), **place)
    return page(_visible(info, name).filter(filters.where(account, known, filter)), arguments)
