"""What can be read by GraphQL, by its id and page by page."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from graphql_relay import connection_from_array, to_global_id

from systems.accounts.models import User
from systems.core.cursor import Cursor, Ordering
from systems.crm.graph.connections import PageArguments
from systems.crm.models import Customer, Order, Product, Status
from systems.crm.selectors import CUSTOMER_ORDERINGS
from tests.systems.graphql_answers import codes, names

Person = Callable[..., User]
CustomerOf = Callable[..., Customer]
ProductOf = Callable[..., Product]
OrderOf = Callable[..., Order]
Ask = Callable[..., Any]
DAY = datetime(2030, 1, 1, tzinfo=UTC)
PAGE = """
query Page($first: Int, $after: String, $last: Int, $before: String, $order: CustomerOrderBy = NAME_ASC) {
  allCustomers(first: $first, after: $after, last: $last, before: $before, orderBy: $order) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { name } }
  }
}
"""


# --- one row


def test_the_courses_example_works_as_written(ask: Ask, order_of: OrderOf, product_of: ProductOf) -> None:
    order = order_of(products={product_of(): 1, product_of(name="Mug"): 2}, status=Status.PAID)
    query = f"{{ customer(id: {order.customer.pk}) {{ name email orders {{ product status }} }} }}"
    assert ask(order.customer.owner, query)["data"] == {
        "customer": {
            "name": order.customer.name,
            "email": order.customer.email,
            "orders": [{"product": "Lamp, Mug", "status": "PAID"}],
        }
    }


def test_a_customer_is_found_by_the_plain_and_by_the_global_id(
    ask: Ask, manager: User, customer_of: CustomerOf
) -> None:
    customer = customer_of()
    query = "query($id: ID!) { customer(id: $id) { id databaseId } node(id: $id) { id ... on Customer { name } } }"
    row = {"id": to_global_id("Customer", customer.pk), "databaseId": str(customer.pk)}
    assert ask(manager, query, id=row["id"])["data"] == {
        "customer": row, "node": {"id": row["id"], "name": customer.name},
    }  # fmt: skip
    assert ask(manager, query, id=customer.pk)["data"] == {"customer": row, "node": None}


@pytest.mark.parametrize("said", ["0", "9" * 30, to_global_id("Customer", "9" * 30)])
def test_an_id_that_nobody_has_finds_nobody(ask: Ask, manager: User, said: str) -> None:
    assert ask(manager, "query($id: ID!) { customer(id: $id) { name } }", id=said) == {"data": {"customer": None}}


@pytest.mark.parametrize(
    "said", ["", "x", "-1", "٣", to_global_id("Product", 1), to_global_id("Customer", "x"), "\x00"]
)
def test_what_is_no_id_of_a_customer_is_refused_by_field(ask: Ask, manager: User, said: str) -> None:
    answer = ask(manager, "query($id: ID!) { customer(id: $id) { name } }", id=said)
    assert codes(answer) == ["VALIDATION_FAILED"]
    assert answer["errors"][0]["extensions"]["errors"][0]["field"] == "id"


@pytest.mark.parametrize("said", ["x", to_global_id("SalesPerson", "1"), to_global_id("Booking", 1)])
def test_a_node_of_no_type_that_can_be_looked_up_is_nothing(ask: Ask, manager: User, said: str) -> None:
    assert ask(manager, "query($id: ID!) { node(id: $id) { id } }", id=said) == {"data": {"node": None}}


def test_products_and_orders_are_nodes_too(ask: Ask, manager: User, order_of: OrderOf) -> None:
    order = order_of()
    query = """query($order: ID!, $product: ID!) {
        order: node(id: $order) { ... on Order { total customer { name owner { name email } } lines {
          quantity unitPrice product { name price stock } } } }
        product: node(id: $product) { ... on Product { name } } }"""
    product = order.lines.get().product
    ids = {"order": to_global_id("Order", order.pk), "product": to_global_id("Product", product.pk)}
    found = ask(manager, query, **ids)["data"]
    assert found["product"] == {"name": "Lamp"}
    owner = order.customer.owner
    assert found["order"] == {
        "total": "12.50",
        "customer": {"name": order.customer.name, "owner": {"name": owner.name, "email": owner.email}},
        "lines": [
            {"quantity": 1, "unitPrice": "12.50", "product": {"name": "Lamp", "price": "12.50", "stock": 50}},
        ],
    }


# --- pages


def test_pages_follow_each_other_in_both_directions(ask: Ask, manager: User, customer_of: CustomerOf) -> None:
    for n in range(5):
        customer_of(name=f"C{n}")
    first = ask(manager, PAGE, first=2)
    assert names(first) == ["C0", "C1"]
    info = first["data"]["allCustomers"]["pageInfo"]
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (True, False)
    second = ask(manager, PAGE, first=2, after=info["endCursor"])
    assert names(second) == ["C2", "C3"]
    third = ask(manager, PAGE, first=2, after=second["data"]["allCustomers"]["pageInfo"]["endCursor"])
    assert names(third) == ["C4"]
    assert third["data"]["allCustomers"]["pageInfo"]["hasNextPage"] is False
    back = ask(manager, PAGE, last=3, before=third["data"]["allCustomers"]["pageInfo"]["startCursor"])
    assert names(back) == ["C1", "C2", "C3"]
    info = back["data"]["allCustomers"]["pageInfo"]
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (True, True)
    assert names(ask(manager, PAGE, last=2)) == ["C3", "C4"]


def test_a_page_of_none_and_a_list_of_none(ask: Ask, manager: User, customer_of: CustomerOf) -> None:
    empty = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert ask(manager, PAGE)["data"]["allCustomers"] == {"pageInfo": empty, "edges": []}
    customer_of()
    assert ask(manager, PAGE, first=0)["data"]["allCustomers"] == {
        "pageInfo": {**empty, "hasNextPage": True}, "edges": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "place",
    [
        {"after": "rubbish"},
        {"after": str(Cursor("name_desc", ["a", "1"]))},
        {"after": str(Cursor("name_asc", ["a"]))},
        {"after": str(Cursor("name_asc", ["a", "x"]))},
        {"after": str(Cursor("name_asc", ["a\x00", "1"]))},
        {"before": "rubbish"},
        {"first": 1, "last": 1},
        {"first": 1, "before": str(Cursor("name_asc", ["a", "1"]))},
        {"last": 1, "after": str(Cursor("name_asc", ["a", "1"]))},
    ],
)
def test_a_place_that_is_none_is_refused(ask: Ask, manager: User, place: dict[str, Any]) -> None:
    answer = ask(manager, PAGE, **place)
    assert codes(answer) == ["VALIDATION_FAILED"]
    assert answer["data"] == {"allCustomers": None}


@pytest.mark.parametrize("order", ["CREATED_AT", "NAME", "EMAIL"])
def test_orders_go_up_and_down_also_among_equals(ask: Ask, manager: User, customer_of: CustomerOf, order: str) -> None:
    for _ in range(5):
        customer_of(name="Same", created_at=DAY)
    walked = {}
    for way in ("ASC", "DESC"):
        seen: list[str] = []
        after = None
        while len(seen) < 5:
            found = ask(manager, PAGE, first=2, after=after, order=f"{order}_{way}")["data"]["allCustomers"]
            seen += [edge["cursor"] for edge in found["edges"]]
            after = found["pageInfo"]["endCursor"]
        ordering = Ordering(f"{order}_{way}".lower(), ["x", "id"])
        walked[way] = [Cursor.decode(cursor, ordering).values[1] for cursor in seen]
    assert walked["ASC"] == list(reversed(walked["DESC"]))
    assert len(set(walked["ASC"])) == 5


def test_an_order_of_null_is_refused_before_execution(ask: Ask, manager: User) -> None:
    for query in (PAGE, PAGE.replace("$order: CustomerOrderBy = NAME_ASC", "$order: CustomerOrderBy! = NAME_ASC")):
        assert codes(ask(manager, query, order=None))[0] in {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}
    assert codes(ask(manager, "{ allOrders(orderBy: null) { edges { cursor } } }")) == ["GRAPHQL_VALIDATION_FAILED"]


# --- the usual version: a cursor that is a place in the list


def test_a_row_added_between_pages_repeats_or_skips_nothing(ask: Ask, manager: User, customer_of: CustomerOf) -> None:
    for n in range(6):
        customer_of(name=f"C{n}")

    def usual(after: str | None = None) -> Any:  # what graphene's own connections are made with
        return connection_from_array(list(Customer.objects.order_by("name")), {"first": 3, "after": after})

    ours, theirs = ask(manager, PAGE, first=3), usual()
    customer_of(name="A")  # which comes first of all
    our_place = ours["data"]["allCustomers"]["pageInfo"]["endCursor"]
    rest = [edge.node.name for edge in usual(theirs.pageInfo.endCursor).edges]
    assert [edge.node.name for edge in theirs.edges] + rest == ["C0", "C1", "C2", "C2", "C3", "C4"]
    assert names(ours) + names(ask(manager, PAGE, first=3, after=our_place)) == [f"C{n}" for n in range(6)]


@pytest.mark.parametrize("first", [-1, 101])
def test_a_length_is_looked_at_again_where_it_is_used(first: int) -> None:
    """Before that, limits.py has refused it, which counts what is in the query. This one sees what came of it."""
    with pytest.raises(ValidationError, match="from 0 to 100"):
        PageArguments.parse(CUSTOMER_ORDERINGS[0], first)
