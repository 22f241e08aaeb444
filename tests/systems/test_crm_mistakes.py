"""What nearly every published CRM of this kind gets wrong: the usual version does damage, counted, and ours does none.

The stock that two change at once needs two who do, and has its test in test_concurrent_orders.py.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import graphene
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from graphene_django import DjangoConnectionField, DjangoObjectType
from graphene_django.registry import Registry
from graphene_django.views import GraphQLView
from graphql import specified_rules
from graphql.validation import ASTValidationRule
from rest_framework.test import APIRequestFactory

from systems.accounts.models import Role, User
from systems.crm.bulk import customers_create
from systems.crm.models import Customer, Order, OrderLine, Product, Status
from systems.crm.selectors import customers_without_order_since
from systems.crm.services import customers_clean_up

Ask = Callable[..., Any]
Person = Callable[..., User]
CustomerOf = Callable[..., Customer]
OrderOf = Callable[..., Order]
SIGNING_IN = 1  # a query: whose token it is
NOW = timezone.now()
YEAR = timedelta(days=365)


def counted(act: Callable[[], Any]) -> tuple[Any, int]:
    with CaptureQueriesContext(connection) as seen:
        return act(), len(seen)


# --- the usual version: types, schema and view as graphene-django's pages show them


def usual_customer(own: Registry, guarded: bool) -> Any:
    """The type of a customer. guarded: it narrows what is seen of it."""

    class UsualCustomer(DjangoObjectType):
        class Meta:
            model, fields, registry = Customer, ["name", "email"], own

        if guarded:

            @classmethod
            def get_queryset(cls, queryset: Any, info: Any) -> Any:
                return queryset.filter(owner__is_active=True)

    return UsualCustomer


def usual_order(own: Registry) -> Any:
    """The type of an order, and those of what is in it."""

    class UsualProduct(DjangoObjectType):
        class Meta:
            model, fields, registry = Product, ["name"], own

    class UsualLine(DjangoObjectType):
        class Meta:
            model, fields, registry = OrderLine, ["quantity", "product"], own

    class UsualOrder(DjangoObjectType):
        class Meta:
            model, fields, registry = Order, ["status", "customer", "lines"], own
            interfaces = (graphene.relay.Node,)

    return UsualOrder


def usual(guarded: bool = False, **options: Any) -> Callable[[str], Any]:
    """Asks it; returns the answer of HTTP. guarded: the type of a customer narrows what is seen of it."""
    registry = Registry()
    customer_type, order_type = usual_customer(registry, guarded), usual_order(registry)

    class UsualQuery(graphene.ObjectType):
        customer = graphene.Field(customer_type, id=graphene.ID())
        all_orders = DjangoConnectionField(order_type)
        orders_joined = graphene.List(order_type)

        def resolve_customer(root: Any, info: Any, id: str) -> Customer:
            return Customer.objects.get(pk=id)

        def resolve_orders_joined(root: Any, info: Any) -> Any:
            return Order.objects.select_related("customer")

    view = GraphQLView.as_view(schema=graphene.Schema(query=UsualQuery), **options)
    return lambda query: view(APIRequestFactory().post("/", {"query": query}, format="json"))


# --- reading


def test_21_orders_cost_65_queries_and_ours_as_many_as_one(ask: Ask, manager: User, order_of: OrderOf) -> None:
    query = "{ allOrders(first: 100) { edges { node { customer { name } lines { quantity product { name } } } } } }"
    their, costs, ours = usual(), [], []
    for more in (1, 20, 21):
        for _ in range(more):
            order_of()
        answer, cost = counted(partial(their, query))
        assert len(json.loads(answer.content)["data"]["allOrders"]["edges"]) == Order.objects.count()
        costs.append(cost)
        ours.append(counted(partial(ask, manager, query))[1])
    assert costs == [2 + 3 * 1, 65, 2 + 3 * 42]  # the number and the rows; then for each its customer, lines, product
    assert ours == [4 + SIGNING_IN] * 3


def test_a_get_queryset_at_the_other_end_loses_select_related(ask: Ask, manager: User, order_of: OrderOf) -> None:
    for _ in range(5):
        order_of()
    joined = "{ ordersJoined { customer { name } } }"
    assert counted(partial(usual(), joined))[1] == 1
    assert counted(partial(usual(guarded=True), joined))[1] == 1 + 5
    ours = "{ allOrders { edges { node { customer { name } } } } }"
    assert counted(partial(ask, manager, ours))[1] == 2 + SIGNING_IN


# --- who asks, and what


def test_without_sign_in_a_guessed_number_gets_the_address(ask: Ask, customer_of: CustomerOf) -> None:
    customer = customer_of()
    query = f"{{ customer(id: {customer.pk}) {{ email }} }}"
    assert json.loads(usual()(query).content) == {"data": {"customer": {"email": customer.email}}}
    refused = ask(None, query)
    assert "data" not in refused
    assert refused["errors"][0]["extensions"]["code"] == "NOT_AUTHENTICATED"


def test_own_rules_without_the_standard_ones_let_fields_pass(ask: Ask, manager: User, order_of: OrderOf) -> None:
    class OwnRule(ASTValidationRule):
        """It finds no fault, as a limit on depth finds none in a short query."""

    order_of()
    query = "{ allOrders { edges { node { sttaus } } } }"
    passed = usual(validation_rules=(OwnRule,))(query)
    assert passed.status_code == 200
    assert json.loads(passed.content) == {"data": {"allOrders": {"edges": [{"node": {}}]}}}
    assert usual(validation_rules=(*specified_rules, OwnRule))(query).status_code == 400
    answer = ask(manager, query)
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "data" not in answer


# --- writing


def row_by_row(owner: User, rows: list[dict[str, str]]) -> list[str]:
    """All in one transaction, and each error caught, for a partial success."""
    errors = []
    with transaction.atomic():
        for row in rows:
            try:
                Customer.objects.create(owner=owner, **row)
            except Exception as error:
                errors.append(str(error))
    return errors


def test_without_a_savepoint_one_bad_row_loses_the_whole_batch(person: Person) -> None:
    seller = person(Role.SALES)
    rows = [{"name": f"Customer {n}", "email": f"c{n}@example.org"} for n in (0, 1, 2, 1, 3)]
    errors = row_by_row(seller, rows)
    assert (len(errors), Customer.objects.count()) == (2, 0)  # 3 was as good as any, and is refused with all others
    result = customers_create(owner=seller, rows=rows)
    assert ([one.row for one in result.refused], Customer.objects.count()) == ([3], 4)


@pytest.fixture
def clients(customer_of: CustomerOf, order_of: OrderOf) -> dict[str, Customer]:
    """By name: when they ordered, in years from now, and in which state that is."""
    histories = {
        "regular": [(2.0, "delivered"), (0.01, "delivered")],
        "old": [(3.0, "delivered"), (2.0, "cancelled")],
        "waiting": [(2.0, "paid")],
        "never": [],
    }
    made = {name: customer_of(name=name, created_at=NOW - 4 * YEAR) for name in histories}
    for name, orders in histories.items():
        for ago, status in orders:
            order_of(made[name], ordered_at=NOW - ago * YEAR, status=Status(status))
    return {**made, "new": customer_of(name="new", created_at=NOW)}


def test_the_usual_clean_up_deletes_active_customers(clients: dict[str, Customer]) -> None:
    cutoff = NOW - YEAR
    usual = Customer.objects.filter(orders__ordered_at__lt=cutoff).distinct()
    assert {one.name for one in usual} == {"regular", "old", "waiting"}
    assert {one.name for one in customers_without_order_since(cutoff=cutoff)} == {"old", "never"}
    assert customers_clean_up(cutoff=cutoff) == 2
    assert set(Customer.objects.values_list("name", flat=True)) == {"regular", "waiting", "new"}
    assert Order.objects.count() == 3
    assert customers_clean_up(cutoff=cutoff) == 0
