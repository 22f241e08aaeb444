"""Queries of the database: bounded by the depth of the question, whatever the number of rows in the answer."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import graphene
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphene_django import DjangoConnectionField, DjangoObjectType
from graphene_django.registry import Registry
from graphql import execute_sync, parse, specified_rules, validate

from systems.accounts.models import Role, User
from systems.crm.graph.batch import one, together
from systems.crm.models import Customer, Order, OrderLine, Product

Ask = Callable[..., Any]
SIGNING_IN = 1  # whose token it is

QUERIES = {
    "{ allCustomers(first: 100) { edges { node { name } } } }": 1,
    "{ allCustomers(first: 100) { edges { node { owner { name } } } } }": 2,
    "{ allCustomers(first: 100) { edges { node { orders { status } } } } }": 2,
    "{ allCustomers(first: 100) { edges { node { orders { product } } } } }": 3,
    "{ allCustomers(first: 100) { edges { node { orders { lines { product { name } } } } } } }": 4,
    "{ allCustomers(first: 100) { edges { node { ordersConnection { edges { node { customer { name } } } } } } } }": 3,
    "{ allOrders(first: 100) { edges { node { customer { owner { name } } lines { quantity } } } } }": 4,
    # Each relation here costs one query for each way that leads to it, and no more:
    "{ allOrders(first: 100) { edges { node { customer { orders(first: 2) { lines { product { name } } } } } } } }": 5,
    "{ allCustomers { edges { node { a: orders(first: 1) { status } b: orders(first: 2) { status } } } } }": 3,
    "{ allCustomers(first: 100) { edges { node { a: orders { status } b: orders { total } } } } }": 2,
}


@pytest.fixture
def crowd(
    person: Callable[..., User], customer_of: Callable[..., Customer], product_of: Callable[..., Product],
    order_of: Callable[..., Order],
) -> Callable[[int], User]:  # fmt: skip
    """Makes as many customers, with three orders each, of two lines each; returns a manager, who sees them all."""

    def make(customers: int) -> User:
        products = [product_of(name=f"Thing {n}") for n in range(3)]
        for _ in range(customers):
            customer = customer_of()
            for n in range(3):
                order_of(customer, {products[n]: 1, products[(n + 1) % 3]: 2})
        return person(Role.MANAGER)

    return make


def counted(act: Callable[[], Any]) -> tuple[Any, int]:
    with CaptureQueriesContext(connection) as seen:
        return act(), len(seen)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: re.sub(r"\W+", "-", query)[2:70])
def test_a_query_costs_as_much_at_both_sizes(ask: Ask, crowd: Callable[[int], User], query: str) -> None:
    costs, sizes = [], []
    for more in (3, 9):  # and so 3 and 12
        manager = crowd(more)
        answer, cost = counted(partial(ask, manager, query))
        assert "errors" not in answer
        costs.append(cost)
        sizes.append(len(str(answer)))
    assert costs == [QUERIES[query] + SIGNING_IN] * 2
    assert sizes[1] > 3 * sizes[0]


def test_each_row_gets_its_own(ask: Ask, crowd: Callable[[int], User]) -> None:
    query = """{ allCustomers { edges { node { databaseId orders(first: 2) {
        databaseId customer { databaseId } product lines { quantity product { name } } } } } } }"""
    for edge in ask(crowd(4), query)["data"]["allCustomers"]["edges"]:
        customer = edge["node"]
        newest = Order.objects.filter(customer=customer["databaseId"]).order_by("-ordered_at", "-id")[:2]
        assert [order["databaseId"] for order in customer["orders"]] == [str(order.pk) for order in newest]
        for order in customer["orders"]:
            lines = OrderLine.objects.filter(order=order["databaseId"]).order_by("id").select_related("product")
            assert order["customer"] == {"databaseId": customer["databaseId"]}
            assert order["product"] == ", ".join(line.product.name for line in lines)
            assert [(line["quantity"], line["product"]["name"]) for line in order["lines"]] == [
                (line.quantity, line.product.name) for line in lines
            ]


def test_a_relation_that_is_there_already_costs_nothing(order_of: Callable[..., Order]) -> None:
    order = Order.objects.select_related("customer").get(pk=order_of().pk)
    customer, cost = counted(lambda: one(order, "customer", Customer.objects.all))
    assert (customer, cost) == (order.customer, 0)


def test_rows_that_were_read_apart_are_fetched_for_apart(order_of: Callable[..., Order]) -> None:
    orders = [order_of() for _ in range(4)]
    read = [Order.objects.get(pk=order.pk) for order in orders]

    def customers() -> list[Customer]:
        return [one(order, "customer", Customer.objects.all) for order in read]

    assert counted(customers)[1] == 4
    assert counted(customers)[1] == 0  # each has it now
    together(read)
    assert counted(customers)[1] == 1


# --- the usual version, as graphene-django's pages show it


def usual_schema() -> Any:
    own = {"registry": Registry()}

    class UsualProduct(DjangoObjectType):
        class Meta:
            model, fields, registry = Product, ["name"], own["registry"]

    class UsualLine(DjangoObjectType):
        product = graphene.Field(UsualProduct)

        class Meta:
            model, fields, registry = OrderLine, ["quantity"], own["registry"]

    class UsualOrder(DjangoObjectType):
        lines = graphene.List(UsualLine)

        class Meta:
            model, fields, registry = Order, ["status"], own["registry"]

        def resolve_lines(order: Any, info: Any) -> Any:
            return order.lines.all()

    class UsualCustomer(DjangoObjectType):
        orders = graphene.List(UsualOrder)

        class Meta:
            model, fields, registry = Customer, ["name"], own["registry"]
            interfaces = (graphene.relay.Node,)

        def resolve_orders(customer: Any, info: Any) -> Any:
            return customer.orders.all()

    class UsualQuery(graphene.ObjectType):
        all_customers = DjangoConnectionField(UsualCustomer)

    return graphene.Schema(query=UsualQuery).graphql_schema


def test_the_usual_version_asks_the_database_again_for_each_row(ask: Ask, crowd: Callable[[int], User]) -> None:
    query = "{ allCustomers(first: 100) { edges { node { orders { lines { product { name } } } } } } }"
    schema, costs = usual_schema(), []
    for more in (3, 9):
        manager = crowd(more)
        done, cost = counted(lambda: execute_sync(schema, parse(query)))
        assert not done.errors
        costs.append(cost)
        assert counted(partial(ask, manager, query))[1] == 4 + SIGNING_IN
    # one for the count and one for the rows, then 1 a customer, 1 an order and 1 a line
    assert costs == [2 + 3 * (1 + 3 + 6), 2 + 12 * (1 + 3 + 6)]


def test_select_related_is_lost_once_the_type_at_its_other_end_has_a_get_queryset(
    order_of: Callable[..., Order], ask: Ask, person: Callable[..., User]
) -> None:
    own = {"registry": Registry()}

    class GuardedCustomer(DjangoObjectType):
        class Meta:
            model, fields, registry = Customer, ["name"], own["registry"]

        @classmethod
        def get_queryset(cls, queryset: Any, info: Any) -> Any:
            return queryset.filter(owner__is_active=True)

    class GuardedOrder(DjangoObjectType):
        class Meta:
            model, fields, registry = Order, ["customer"], own["registry"]

    class GuardedQuery(graphene.ObjectType):
        orders = graphene.List(GuardedOrder)

        def resolve_orders(root: Any, info: Any) -> Any:
            return Order.objects.select_related("customer")

    for _ in range(5):
        order_of()
    schema = graphene.Schema(query=GuardedQuery).graphql_schema
    assert counted(lambda: execute_sync(schema, parse("{ orders { customer { name } } }")))[1] == 1 + 5
    ours = "{ allOrders { edges { node { customer { name } } } } }"
    assert counted(lambda: ask(person(Role.MANAGER), ours))[1] <= 2 + 1 + SIGNING_IN  # making the manager is one, too


def test_rules_of_ones_own_in_place_of_the_standard_ones_let_an_unknown_field_pass(
    ask: Ask, person: Callable[..., User]
) -> None:
    class OwnRule(specified_rules[0]):  # type: ignore[misc, valid-type]
        pass

    schema, unknown = usual_schema(), parse("{ allCustomers { edges { node { nmae } } } }")
    assert validate(schema, unknown, [OwnRule]) == []
    assert execute_sync(schema, unknown).errors is None
    assert validate(schema, unknown, [*specified_rules, OwnRule]) != []
    answer = ask(person(Role.MANAGER), "{ allCustomers { edges { node { nmae } } } }")
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "data" not in answer
