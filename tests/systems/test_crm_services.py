"""The CRM's rules: what the database refuses, what an order takes, which steps an order goes."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from systems.accounts.models import Role, User
from systems.core.errors import IllegalTransition, NotFound
from systems.crm import services
from systems.crm.errors import OutOfStock
from systems.crm.models import NEXT, Customer, Order, OrderLine, Product, Status
from systems.crm.services import LineInput

Person = Callable[..., User]
CustomerOf = Callable[..., Customer]
ProductOf = Callable[..., Product]
OrderOf = Callable[..., Order]


# --- the database


@pytest.mark.parametrize(
    ("model", "broken"),
    [
        (Customer, {"name": ""}),
        (Customer, {"email": "no address"}),
        (Customer, {"phone": "call me"}),
        (Customer, {"phone": "+251911000000\n"}),
        (Product, {"name": ""}),
        (Product, {"price": Decimal("-0.01")}),
        (Product, {"stock": -1}),
        (Order, {"status": "lost"}),
        (Order, {"total": Decimal("-0.01")}),
        (OrderLine, {"quantity": 0}),
        (OrderLine, {"quantity": 100_001}),
        (OrderLine, {"unit_price": Decimal("-0.01")}),
    ],
)
def test_the_database_itself_refuses_what_cannot_be(order_of: OrderOf, model: Any, broken: dict[str, Any]) -> None:
    order_of()
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**broken)


def test_an_address_is_one_customers_however_it_is_written(customer_of: CustomerOf) -> None:
    customer_of(email="Ada@Example.org")
    with pytest.raises(IntegrityError, match="one_customer_an_address"), transaction.atomic():
        customer_of(email="aDA@example.ORG")


def test_a_product_is_in_one_line_of_an_order(order_of: OrderOf) -> None:
    line = order_of().lines.get()
    with pytest.raises(IntegrityError, match="one_line_a_product"), transaction.atomic():
        OrderLine.objects.create(order=line.order, product=line.product, quantity=1, unit_price=1)


def test_rows_say_what_they_are(order_of: OrderOf, product_of: ProductOf) -> None:
    order = order_of(products={product_of(): 2})
    assert [str(order.customer), str(order), str(order.lines.get())] == [
        "Customer 000", f"order {order.pk}", "2 x Lamp",
    ]  # fmt: skip


# --- customers and products


def test_a_customer_is_kept_without_the_blanks_around(person: Person) -> None:
    made = services.customer_create(owner=person(Role.SALES), name=" Ada ", email=" Ada@Example.org ", phone=" ")
    made.refresh_from_db()
    assert (made.name, made.email, made.phone) == ("Ada", "ada@example.org", "")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "A\x00da"}, "name"),
        ({"email": "ada"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"phone": "call me maybe"}, "phone"),
        ({"email": "CUSTOMER0@example.org"}, "email"),
    ],
)
def test_what_is_no_customer_is_refused_by_field(
    person: Person, customer_of: CustomerOf, change: dict[str, str], field: str
) -> None:
    customer_of()
    wanted = {"name": "Ada", "email": "ada@example.org", **change}
    with pytest.raises(ValidationError) as error:
        services.customer_create(owner=person(Role.SALES), **wanted)
    assert list(error.value.error_dict) == [field]
    assert Customer.objects.count() == 1


def test_a_rule_of_the_database_is_named_in_the_log_alone(
    person: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Customer, "clean_fields", lambda customer, exclude: None)
    with pytest.raises(ValidationError) as error:
        services.customer_create(owner=person(Role.SALES), name="", email="ada@example.org")
    assert error.value.messages == ["these values do not fit together"]
    assert "customer_has_a_name" in caplog.text


@pytest.mark.parametrize("change", [{"name": ""}, {"price": Decimal(-1)}, {"price": Decimal("0.001")}, {"stock": -1}])
def test_what_is_no_product_is_refused_by_field(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as error:
        services.product_create(**{"name": "Lamp", "price": Decimal("0.10"), "stock": 0, **change})
    assert list(error.value.error_dict) == list(change)


# --- orders


def test_an_order_takes_the_stock_and_keeps_the_price(customer_of: CustomerOf, product_of: ProductOf) -> None:
    customer, lamp, mug = customer_of(), product_of(stock=5), product_of(name="Mug", price=Decimal("0.10"), stock=3)
    wishes = [LineInput(mug.pk, 3), LineInput(lamp.pk, 2)]
    order = services.order_create(account=customer.owner, customer_id=customer.pk, lines=wishes)
    Product.objects.update(price=99)
    order.refresh_from_db()
    assert (order.total, order.status) == (Decimal("25.30"), Status.PENDING)
    assert set(order.lines.values_list("product", "quantity", "unit_price")) == {
        (lamp.pk, 2, Decimal("12.50")), (mug.pk, 3, Decimal("0.10")),
    }  # fmt: skip
    assert list(Product.objects.order_by("pk").values_list("stock", flat=True)) == [3, 0]


@pytest.mark.parametrize("lines", [1, 20])
def test_an_order_costs_as_many_queries_whatever_its_length(
    customer_of: CustomerOf, product_of: ProductOf, lines: int
) -> None:
    customer, wishes = customer_of(), [LineInput(product_of().pk, 1) for _ in range(lines)]
    with CaptureQueriesContext(
        connection,
    ) as seen:
        services.order_create(account=customer.owner, customer_id=customer.pk, lines=wishes)
    assert len(seen) == 7  # with the savepoint, which is a transaction outside of this test


def test_too_little_of_one_product_and_nothing_is_taken(customer_of: CustomerOf, product_of: ProductOf) -> None:
    customer, lamp, mug = customer_of(), product_of(stock=5), product_of(name="Mug", stock=2)
    with pytest.raises(OutOfStock, match="2 of Mug") as problem:
        services.order_create(
            account=customer.owner, customer_id=customer.pk, lines=[LineInput(lamp.pk, 1), LineInput(mug.pk, 3)]
        )
    assert problem.value.members == {"left": {str(mug.pk): 2}}
    assert list(Product.objects.order_by("pk").values_list("stock", flat=True)) == [5, 2]
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "wishes", [[], [(0, 1), (0, 2)], [(0, 0)], [(0, -1)], [(0, 100_001)], [(999, 1)], [(n, 1) for n in range(101)]]
)
def test_what_is_no_order_is_refused(
    customer_of: CustomerOf, product_of: ProductOf, wishes: list[tuple[int, int]]
) -> None:
    customer, product = customer_of(), product_of(stock=1_000_000)
    with pytest.raises(ValidationError) as error:
        services.order_create(
            account=customer.owner,
            customer_id=customer.pk,
            lines=[LineInput(product.pk + offset, quantity) for offset, quantity in wishes],
        )
    assert list(error.value.error_dict) == ["lines"]


def test_one_orders_for_the_own_customers_only(person: Person, customer_of: CustomerOf, product_of: ProductOf) -> None:
    customer, wishes = customer_of(), [LineInput(product_of().pk, 1)]
    for role in (Role.SALES, Role.GUEST):
        with pytest.raises(ValidationError, match="no such customer"):
            services.order_create(account=person(role), customer_id=customer.pk, lines=wishes)
    assert services.order_create(account=person(Role.MANAGER), customer_id=customer.pk, lines=wishes).pk


@pytest.mark.parametrize("before", Status.values)
@pytest.mark.parametrize("after", Status.values)
def test_an_order_takes_legal_steps_only(order_of: OrderOf, product_of: ProductOf, before: str, after: str) -> None:
    product = product_of(stock=5)
    order = order_of(products={product: 2}, status=before)
    step: dict[str, Any] = {"account": order.customer.owner, "order_id": order.pk, "to": after}
    if after in NEXT[before]:
        assert services.order_move(**step).status == after
    else:
        with pytest.raises(IllegalTransition):
            services.order_move(**step)
    order.refresh_from_db()
    product.refresh_from_db()
    assert order.status == (after if after in NEXT[before] else before)
    assert product.stock == (7 if after == Status.CANCELLED and after in NEXT[before] else 5)


def test_an_order_of_others_is_not_there(person: Person, order_of: OrderOf) -> None:
    order = order_of()
    for role in (Role.SALES, Role.HOST):
        with pytest.raises(NotFound):
            services.order_move(account=person(role), order_id=order.pk, to=Status.PAID)


def test_what_runs_low_gets_ten_more(product_of: ProductOf) -> None:
    kept = [product_of(stock=stock) for stock in (0, 9, 10, 11)]
    assert [product.stock for product in services.products_restock()] == [10, 19]
    for product in kept:
        product.refresh_from_db()
    assert [product.stock for product in kept] == [10, 19, 10, 11]
