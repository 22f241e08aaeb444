"""What can be changed by GraphQL, and how a client learns why not."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql_relay import to_global_id

from systems.accounts.models import Role, User
from systems.crm import services
from systems.crm.models import Customer, Order, Product

Ask = Callable[..., Any]
Person = Callable[..., User]
ORDER = """mutation($order: OrderInput!) { createOrder(input: $order) {
  order { databaseId total status product customer { name } lines { quantity unitPrice } } } }"""


@pytest.fixture
def seller(person: Person) -> User:
    return person(Role.SALES)


def why(answer: Any) -> tuple[str, list[tuple[str, str]]]:
    """The code of the only error, and its fields with theirs."""
    (error,) = answer["errors"]
    about = error["extensions"]
    return about["code"], [(one["field"], one["code"]) for one in about.get("errors", [])]


def test_who_makes_a_customer_is_its_owner(ask: Ask, seller: User) -> None:
    query = """mutation { createCustomer(input: {name: "Ada", email: "ada@example.org", phone: "+251911000000"}) {
        customer { name email phone owner { email } orders { status } } } }"""
    assert ask(seller, query)["data"]["createCustomer"]["customer"] == {
        "name": "Ada", "email": "ada@example.org", "phone": "+251911000000", "owner": {"email": seller.email},
        "orders": [],
    }  # fmt: skip


def test_a_customers_errors_name_fields(ask: Ask, seller: User, customer_of: Callable[..., Customer]) -> None:
    customer_of(email="ada@example.org")
    query = """mutation($c: CustomerInput!) { createCustomer(input: $c) { customer { name } } }"""
    answer = ask(seller, query, c={"name": "", "email": "ada", "phone": None})
    assert answer["data"] == {"createCustomer": None}
    assert why(answer) == ("VALIDATION_FAILED", [("name", "blank"), ("email", "invalid")])
    assert why(ask(seller, query, c={"name": "Ada", "email": "Ada@Example.org"})) == (
        "VALIDATION_FAILED", [("email", "unique")],
    )  # fmt: skip


def test_many_customers_at_once(ask: Ask, seller: User) -> None:
    query = """mutation($rows: [CustomerInput!]!) { bulkCreateCustomers(input: $rows) {
        created customers(first: 1) { name owner { name } } errors { row fields { field code message } } } }"""
    rows = [{"name": f"C{n}", "email": f"c{n}@example.org"} for n in range(3)]
    rows += [{"name": "Bad", "email": "bad"}, {"name": "Again", "email": "C1@example.org"}]
    assert ask(seller, query, rows=rows)["data"]["bulkCreateCustomers"] == {
        "created": 3,
        "customers": [{"name": "C0", "owner": {"name": seller.name}}],
        "errors": [
            {"row": 3, "fields": [{"field": "email", "code": "invalid", "message": "Enter a valid email address."}]},
            {"row": 4, "fields": [{"field": "email", "code": "unique", "message": "A customer has this address."}]},
        ],
    }


def test_ten_thousand_rows_fit_and_one_more_is_refused(ask: Ask, seller: User) -> None:
    query = "mutation($rows: [CustomerInput!]!) { bulkCreateCustomers(input: $rows) { created } }"
    rows = [
        {"name": f"Customer {n:05}", "email": f"customer{n:05}@customers.example.org", "phone": f"+251 911 0{n:05}"}
        for n in range(10_001)
    ]
    assert ask(seller, query, rows=rows[1:])["data"]["bulkCreateCustomers"] == {"created": 10_000}
    assert why(ask(seller, query, rows=rows)) == ("VALIDATION_FAILED", [("input", "invalid")])


def test_only_a_manager_makes_products_and_fills_them_up(ask: Ask, seller: User, manager: User) -> None:
    create = """mutation($price: Money!) { createProduct(input: {name: "Lamp", price: $price, stock: 3}) {
        product { name price stock } } }"""
    restock = "mutation { updateLowStockProducts { updated products { name stock } } }"
    assert ask(manager, create, price="12.5")["data"]["createProduct"]["product"] == {
        "name": "Lamp", "price": "12.50", "stock": 3,
    }  # fmt: skip
    assert ask(manager, restock)["data"]["updateLowStockProducts"] == {
        "updated": 1, "products": [{"name": "Lamp", "stock": 13}],
    }  # fmt: skip
    for query in (create, restock):
        refused = ask(seller, query, price=1)
        assert {error["extensions"]["code"] for error in refused["errors"]} == {"FORBIDDEN"}
    assert [product.stock for product in Product.objects.all()] == [13]


def test_an_order_takes_either_kind_of_id_at_the_servers_price(
    ask: Ask, customer_of: Callable[..., Customer], product_of: Callable[..., Product]
) -> None:
    customer, product = customer_of(), product_of(stock=3)
    for customer_id, product_id in (
        (customer.pk, product.pk),
        (to_global_id("Customer", customer.pk), to_global_id("Product", product.pk)),
    ):
        order = {"customerId": customer_id, "lines": [{"productId": product_id}]}
        made = ask(customer.owner, ORDER, order=order)["data"]["createOrder"]["order"]
        assert made.pop("databaseId")
        assert made == {
            "total": "12.50", "status": "PENDING", "product": "Lamp", "customer": {"name": customer.name},
            "lines": [{"quantity": 1, "unitPrice": "12.50"}],
        }  # fmt: skip
    assert Product.objects.get().stock == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"customerId": 0}, ("VALIDATION_FAILED", [("customerId", "invalid")])),
        ({"customerId": "x"}, ("VALIDATION_FAILED", [("customerId", "invalid")])),
        ({"lines": []}, ("VALIDATION_FAILED", [("lines", "invalid")])),
        ({"lines": [{"productId": "x"}]}, ("VALIDATION_FAILED", [("productId", "invalid")])),
        ({"lines": [{"productId": 0}]}, ("VALIDATION_FAILED", [("lines", "invalid")])),
        ({"total": "0.01"}, ("BAD_USER_INPUT", [])),
        ({"lines": [{"productId": 1, "unitPrice": 1}]}, ("BAD_USER_INPUT", [])),
    ],
)
def test_an_orders_errors_name_fields_and_no_price_is_taken(
    ask: Ask, customer_of: Callable[..., Customer], product_of: Callable[..., Product], change: Any, said: Any
) -> None:
    customer = customer_of()
    order = {"customerId": customer.pk, "lines": [{"productId": product_of().pk, "quantity": 1}], **change}
    assert why(ask(customer.owner, ORDER, order=order)) == said
    assert not Order.objects.exists()


def test_a_refusal_says_what_is_left(
    ask: Ask, customer_of: Callable[..., Customer], product_of: Callable[..., Product]
) -> None:
    customer, product = customer_of(), product_of(stock=2)
    order = {"customerId": customer.pk, "lines": [{"productId": product.pk, "quantity": 3}]}
    (error,) = ask(customer.owner, ORDER, order=order)["errors"]
    assert error["message"] == "there are only 2 of Lamp"
    assert error["path"] == ["createOrder"]
    assert error["extensions"] == {
        "code": "OUT_OF_STOCK", "type": "/problems/out-of-stock", "left": {str(product.pk): 2},
    }  # fmt: skip


def test_an_order_goes_its_way_one_step_after_the_other(
    ask: Ask, person: Person, order_of: Callable[..., Order]
) -> None:
    order = order_of()
    query = """mutation($id: ID!, $to: OrderStatus!) { updateOrderStatus(id: $id, status: $to) { order { status } } }"""
    for to in ("PAID", "SHIPPED", "DELIVERED"):
        moved = ask(order.customer.owner, query, id=order.pk, to=to)["data"]["updateOrderStatus"]
        assert moved == {"order": {"status": to}}
    assert why(ask(order.customer.owner, query, id=order.pk, to="CANCELLED")) == ("ILLEGAL_TRANSITION", [])
    assert why(ask(person(Role.SALES), query, id=order.pk, to="PAID")) == ("NOT_FOUND", [])


def test_a_failed_mutation_hides_nothing_of_the_other(ask: Ask, seller: User) -> None:
    answer = ask(
        seller,
        """mutation { good: createCustomer(input: {name: "Ada", email: "ada@example.org"}) { customer { name } }
        bad: createCustomer(input: {name: "", email: "bo@example.org"}) { customer { name } } }""",
    )
    assert answer["data"] == {"good": {"customer": {"name": "Ada"}}, "bad": None}
    assert [error["path"] for error in answer["errors"]] == [["bad"]]


def test_a_fault_of_ours_tells_nothing_of_our_insides(
    ask: Ask, manager: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("the password is swordfish")

    monkeypatch.setattr(services, "products_restock", broken)
    answer = ask(manager, "mutation { updateLowStockProducts { updated } }")
    assert why(answer) == ("SERVER_ERROR", [])
    assert "swordfish" not in str(answer)
    assert "swordfish" in caplog.text
