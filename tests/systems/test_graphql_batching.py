"""Queries of the database: bounded by the depth of the question, whatever the number of rows in the answer."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from systems.accounts.models import Role, User
from systems.crm.graph.dataloader import as_batch, load_related
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
def many_customers(
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
def test_a_query_costs_as_much_at_both_sizes(ask: Ask, many_customers: Callable[[int], User], query: str) -> None:
    costs, sizes = [], []
    for more in (3, 9):  # and so 3 and 12
        manager = many_customers(more)
        answer, cost = counted(partial(ask, manager, query))
        assert "errors" not in answer
        costs.append(cost)
        sizes.append(len(str(answer)))
    assert costs == [QUERIES[query] + SIGNING_IN] * 2
    assert sizes[1] > 3 * sizes[0]


def test_each_row_gets_its_own(ask: Ask, many_customers: Callable[[int], User]) -> None:
    query = """{ allCustomers { edges { node { databaseId orders(first: 2) {
        databaseId customer { databaseId } product lines { quantity product { name } } } } } } }"""
    for edge in ask(many_customers(4), query)["data"]["allCustomers"]["edges"]:
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
    customer, cost = counted(lambda: load_related(order, "customer", Customer.objects.all))
    assert (customer, cost) == (order.customer, 0)


def test_rows_that_were_read_apart_are_fetched_for_apart(order_of: Callable[..., Order]) -> None:
    orders = [order_of() for _ in range(4)]
    read = [Order.objects.get(pk=order.pk) for order in orders]

    def customers() -> list[Customer]:
        return [load_related(order, "customer", Customer.objects.all) for order in read]

    assert counted(customers)[1] == 4
    assert counted(customers)[1] == 0  # each has it now
    as_batch(read)
    assert counted(customers)[1] == 1
