"""How rows are looked for by GraphQL: filters, and what a filter refuses."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from systems.accounts.models import User
from systems.crm.models import Customer, Order, Product
from tests.systems.graphql_answers import codes, names

Person = Callable[..., User]
CustomerOf = Callable[..., Customer]
ProductOf = Callable[..., Product]
OrderOf = Callable[..., Order]
Ask = Callable[..., Any]
DAY = datetime(2030, 1, 1, tzinfo=UTC)


FILTERS = [
    ("nameIcontains", "DA", {"Ada", "Yidan"}),
    ("nameIcontains", "%", set()),
    ("emailIcontains", "ada@EXAMPLE", {"Ada"}),
    ("phonePrefix", "+251", {"Ada"}),
    ("createdAtGte", "2030-01-02T00:00:00Z", {"Bo", "Yidan"}),
    ("createdAtLte", "2030-01-02T00:00:00+00:00", {"Ada", "Bo"}),
    ("createdAtLte", None, {"Ada", "Bo", "Yidan"}),
]


@pytest.mark.parametrize(("name", "value", "found"), FILTERS)
def test_customers_are_filtered(
    ask: Ask, manager: User, customer_of: CustomerOf, name: str, value: Any, found: set[str]
) -> None:
    customer_of(name="Ada", email="Ada@example.org", phone="+251 911 000000", created_at=DAY)
    customer_of(name="Bo", phone="0251 911 000000", created_at=DAY + timedelta(days=1))
    customer_of(name="Yidan", created_at=DAY + timedelta(days=2))
    query = "query($f: CustomerFilter) { allCustomers(filter: $f) { edges { node { name } } } }"
    assert set(names(ask(manager, query, f={name: value}))) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"nameIcontains": "mu"}, {"Mug"}),
        ({"priceGte": "2.50"}, {"Mug", "Desk"}),
        ({"priceLte": "2.50", "priceGte": 1}, {"Mug"}),
        ({"stockGte": 10}, {"Desk"}),
        ({"stockLte": 9}, {"Pen", "Mug"}),
        ({"lowStock": True}, {"Pen", "Mug"}),
        ({"lowStock": False}, {"Desk"}),
    ],
)
def test_products_are_filtered(
    ask: Ask, manager: User, product_of: ProductOf, wanted: dict[str, Any], found: set[str]
) -> None:
    for name, price, stock in (("Pen", "0.10", 0), ("Mug", "2.50", 9), ("Desk", "90", 10)):
        product_of(name=name, price=price, stock=stock)
    query = "query($f: ProductFilter) { allProducts(filter: $f, orderBy: PRICE_ASC) { edges { node { name } } } }"
    assert set(names(ask(manager, query, f=wanted))) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"status": "PAID"}, ["Bo"]),
        ({"totalGte": "10.00"}, ["Ada", "Bo"]),
        ({"totalLte": "9.99"}, ["Cy"]),
        ({"orderedAtGte": "2030-01-03T00:00:00Z"}, ["Cy"]),
        ({"orderedAtLte": "2030-01-01T00:00:00Z"}, ["Ada"]),
        ({"customerName": "a"}, ["Ada"]),
        ({"productName": "lam"}, ["Ada", "Bo"]),
        ({"productName": "lamp", "customerName": "bo"}, ["Bo"]),
    ],
)
def test_orders_are_filtered(
    ask: Ask,
    manager: User,
    customer_of: CustomerOf,
    product_of: ProductOf,
    order_of: OrderOf,
    wanted: dict[str, Any],
    found: list[str],
) -> None:
    lamp, big, pen = product_of(price=5), product_of(name="Big Lamp", price=5), product_of(name="Pen", price=1)
    bought = [("Ada", {lamp: 1, big: 1}, "pending"), ("Bo", {lamp: 2}, "paid"), ("Cy", {pen: 1}, "shipped")]
    for day, (name, products, status) in enumerate(bought):
        order_of(customer_of(name=name), products, status=status, ordered_at=DAY + timedelta(days=day))
    query = """query($f: OrderFilter) {
        allOrders(filter: $f, orderBy: ORDERED_AT_ASC) { edges { node { customer { name } } } } }"""
    answer = ask(manager, query, f=wanted)
    assert [edge["node"]["customer"]["name"] for edge in answer["data"]["allOrders"]["edges"]] == found


def test_the_orders_of_a_customer_are_paged_and_filtered_too(
    ask: Ask, manager: User, customer_of: CustomerOf, order_of: OrderOf
) -> None:
    for customer in (customer_of(name="Ada"), customer_of(name="Bo")):
        for n in range(4):
            order_of(customer, ordered_at=DAY + timedelta(days=n), status="paid" if n % 2 else "pending")
    query = """query($after: String, $filter: OrderFilter) { allCustomers(orderBy: NAME_ASC) { edges { node {
        ordersConnection(first: 1, after: $after, filter: $filter, orderBy: ORDERED_AT_ASC) {
          pageInfo { endCursor hasNextPage } edges { node { orderedAt } } } } } } }"""

    def days(**said: Any) -> Any:
        edges = ask(manager, query, **said)["data"]["allCustomers"]["edges"]
        pages = [edge["node"]["ordersConnection"] for edge in edges]
        return [int(page["edges"][0]["node"]["orderedAt"][8:10]) for page in pages], pages[0]["pageInfo"]

    first, info = days()
    assert first == [1, 1]
    assert info["hasNextPage"] is True
    assert days(after=info["endCursor"])[0] == [2, 1]  # a place between rows, in each of the lists
    assert days(filter={"status": "PAID"})[0] == [2, 2]


@pytest.mark.parametrize("text", ["x" * 201, "a\x00b"])
def test_a_text_that_is_none_is_refused_by_field(ask: Ask, manager: User, text: str) -> None:
    answer = ask(manager, "query($f: CustomerFilter) { allCustomers(filter: $f) { edges { cursor } } }",
                 f={"nameIcontains": text})  # fmt: skip
    assert answer["errors"][0]["extensions"]["errors"][0]["field"] == "nameIcontains"


@pytest.mark.parametrize("amount", [0.1, True, "1e3", "01", "-1", "1.234", "1" * 13, "NaN", ""])
def test_an_amount_is_written_in_one_way(ask: Ask, manager: User, amount: Any) -> None:
    answer = ask(manager, "query($m: Money) { allProducts(filter: {priceGte: $m}) { edges { cursor } } }", m=amount)
    assert codes(answer) == ["BAD_USER_INPUT"]
    literal = ask(manager, "{ allProducts(filter: {priceGte: 0.1}) { edges { cursor } } }")
    assert codes(literal) == ["GRAPHQL_VALIDATION_FAILED"]
