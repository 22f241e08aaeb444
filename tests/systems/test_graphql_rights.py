"""Who may ask for which field: every field of every type, as every role. One that the table does not know is red."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_composite_type, is_required_argument

from systems.accounts.models import Role, User
from systems.crm.graph import filters
from systems.crm.graph.rights import RIGHTS, may
from systems.crm.graph.schema import schema
from systems.crm.models import Customer, Order

Ask = Callable[..., Any]
Person = Callable[..., User]
ROLES = (None, *Role.values)
READING = ["sales", "manager", "admin"]
SELLING, MANAGING = ["sales", "manager"], ["manager"]

# Who may read what, said a second time, so that a slip in the one is found by the other.
EXCEPT = {
    "Customer.email": SELLING,
    "Customer.phone": SELLING,
    "Order.total": SELLING,
    "OrderLine.unitPrice": SELLING,
    **dict.fromkeys(("createCustomer", "bulkCreateCustomers", "createOrder", "updateOrderStatus"), SELLING),
    **dict.fromkeys(("createProduct", "updateLowStockProducts"), MANAGING),
}
ARGUMENTS = {
    "node": "(id: 1)",
    "customer": "(id: 1)",
    "createCustomer": '(input: {name: "", email: ""})',
    "bulkCreateCustomers": "(input: [])",
    "createProduct": '(input: {name: "", price: 1})',
    "createOrder": "(input: {customerId: 0, lines: []})",
    "updateOrderStatus": "(id: 0, status: PAID)",
}
WAYS = {  # to each type, from the root
    "Query": "{ %s }",
    "Mutation": "mutation { %s }",
    "Node": "{ node(id: 1) { %s } }",
    "Customer": "{ customer(id: 1) { %s } }",
    "SalesPerson": "{ customer(id: 1) { owner { %s } } }",
    "Order": "{ customer(id: 1) { orders { %s } } }",
    "OrderLine": "{ customer(id: 1) { orders { lines { %s } } } }",
    "Product": "{ allProducts { edges { node { %s } } } }",
    "CustomerConnection": "{ allCustomers { %s } }",
    "CustomerEdge": "{ allCustomers { edges { %s } } }",
    "ProductConnection": "{ allProducts { %s } }",
    "ProductEdge": "{ allProducts { edges { %s } } }",
    "OrderConnection": "{ allOrders { %s } }",
    "OrderEdge": "{ allOrders { edges { %s } } }",
    "PageInfo": "{ allOrders { pageInfo { %s } } }",
}
PAYLOADS = {
    "CreateCustomer": "createCustomer", "BulkCreateCustomers": "bulkCreateCustomers", "CreateProduct": "createProduct",
    "CreateOrder": "createOrder", "UpdateOrderStatus": "updateOrderStatus",
    "UpdateLowStockProducts": "updateLowStockProducts",
}  # fmt: skip
WAYS |= {payload: f"mutation {{ {name}{ARGUMENTS.get(name, '')} {{ %s }} }}" for payload, name in PAYLOADS.items()}
WAYS["RowError"] = "mutation { bulkCreateCustomers(input: []) { errors { %s } } }"
WAYS["FieldError"] = "mutation { bulkCreateCustomers(input: []) { errors { fields { %s } } } }"
BY_WAY = {**PAYLOADS, "RowError": "bulkCreateCustomers", "FieldError": "bulkCreateCustomers"}


def fields() -> Iterator[tuple[str, str, Any]]:
    for name, of in schema.type_map.items():
        if isinstance(of, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__"):
            yield from ((name, field, definition) for field, definition in of.fields.items())


ALL = {f"{of}.{name}": definition for of, name, definition in fields()}


def allowed(field: str) -> list[str]:
    of, name = field.split(".")
    if of in BY_WAY:
        return EXCEPT[BY_WAY[of]]
    return EXCEPT.get(field) or EXCEPT.get(name if of == "Mutation" else "") or READING


def question(field: str) -> str:
    """A query that asks for this field and nothing else."""
    of, name = field.split(".")
    inside = " { __typename }" if is_composite_type(get_named_type(ALL[field].type)) else ""
    arguments = ARGUMENTS[name] if any(map(is_required_argument, ALL[field].args.values())) else ""
    return WAYS[of] % f"{name}{arguments}{inside}"


def test_the_table_names_every_field_of_every_type_and_no_other() -> None:
    assert set(RIGHTS) == set(ALL)


@pytest.mark.parametrize("field", ALL)
def test_a_field_is_answered_to_those_it_is_for(ask: Ask, person: Person, field: str) -> None:
    outcomes = {}
    for role in ROLES:
        answer = ask(person(role) if role else None, question(field))
        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        outcomes[role] = next(iter(codes & {"NOT_AUTHENTICATED", "FORBIDDEN"}), "answered")
        assert ("data" in answer) == (outcomes[role] == "answered")
        assert codes <= {outcomes[role], "VALIDATION_FAILED", "NOT_FOUND"}
    expected = {role: "answered" if role in allowed(field) else "FORBIDDEN" for role in ROLES}
    assert outcomes == {**expected, None: "NOT_AUTHENTICATED"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ('{ allCustomers(filter: {emailIcontains: "a"}) { edges { cursor } } }', "Customer.email"),
        ('{ allCustomers(filter: {phonePrefix: "+2"}) { edges { cursor } } }', "Customer.phone"),
        ("{ allCustomers(orderBy: EMAIL_ASC) { edges { cursor } } }", "Customer.email"),
        ("{ allOrders(filter: {totalGte: 1}) { edges { cursor } } }", "Order.total"),
        ("{ allOrders(orderBy: TOTAL_DESC) { edges { cursor } } }", "Order.total"),
        ("{ allCustomers { edges { node { ordersConnection(orderBy: TOTAL_ASC) { edges { cursor } } } } } }",
         "Order.total"),
    ],
)  # fmt: skip
def test_a_field_that_may_not_be_read_filters_nothing(
    ask: Ask, person: Person, order_of: Callable[..., Order], query: str, field: str
) -> None:
    order_of()
    (error,) = ask(person(Role.ADMIN), query)["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert error["message"] == f"{field} is not for the role admin"
    assert "errors" not in ask(person(Role.MANAGER), query)


def test_every_filter_says_which_field_it_would_reveal() -> None:
    for known, of in (
        (filters.CUSTOMERS, filters.CustomerFilter),
        (filters.PRODUCTS, filters.ProductFilter),
        (filters.ORDERS, filters.OrderFilter),
    ):
        assert set(known) == set(of._meta.fields)
        assert {field for field, _ in known.values()} <= set(ALL)


def test_a_role_sees_the_rows_that_are_its_business(
    ask: Ask, person: Person, customer_of: Callable[..., Customer], order_of: Callable[..., Order]
) -> None:
    mine, other = customer_of(), customer_of()
    for customer in (mine, other):
        order_of(customer)
    query = """query($id: ID!) { allCustomers { edges { node { databaseId } } } allOrders { edges { node {
        customer { databaseId } } } } customer(id: $id) { databaseId } }"""

    def seen(account: User) -> tuple[set[str], set[str], bool]:
        data = ask(account, query, id=other.pk)["data"]
        return (
            {edge["node"]["databaseId"] for edge in data["allCustomers"]["edges"]},
            {edge["node"]["customer"]["databaseId"] for edge in data["allOrders"]["edges"]},
            data["customer"] is not None,
        )

    both = {str(mine.pk), str(other.pk)}
    assert seen(mine.owner) == ({str(mine.pk)}, {str(mine.pk)}, False)
    assert seen(person(Role.SALES)) == (set(), set(), False)
    assert seen(person(Role.MANAGER)) == seen(person(Role.ADMIN)) == (both, both, True)


def test_a_field_that_is_in_no_table_is_nobodys(person: Person) -> None:
    assert not any(may(person(role), "Customer.password") for role in Role.values)


def test_anyone_reads_the_schema_but_only_users_see_suggestions(ask: Ask) -> None:
    assert ask(None, "{ __typename }") == {"data": {"__typename": "Query"}}
    assert ask(None, '{ __type(name: "Customer") { name } }') == {"data": {"__type": {"name": "Customer"}}}
    for query in ("{ secrets }", "query Q { ...F } fragment F on Query { customer(id: 1) { nmae } }"):
        (error,) = ask(None, query)["errors"]
        assert error["extensions"]["code"] == "NOT_AUTHENTICATED"
