"""one-screen: a query for what a screen shows, and no more."""

from collections.abc import Iterator
from functools import partial
from typing import Any, cast

from graphql import ExecutionResult, build_schema, graphql_sync

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise

SCHEMA = build_schema("""
    type Query { customer(id: Int!): Customer  customers(first: Int! = 10): [Customer!]! }
    type Customer { name: String!  email: String!  orders(first: Int! = 10): [Order!]! }
    type Order { status: String!  customer: Customer!  lines(first: Int! = 10): [Line!]! }
    type Line { quantity: Int!  product: Product! }
    type Product { name: String!  price: Int! }
""")
NAMES = ["Ada", "Bo", "Hana", "Ida", "Jo", "Kim", "Lea", "Max", "Nia", "Odo"]
SHOWN = ["name", "orders.lines.product.name", "orders.lines.quantity", "orders.status"]


def shop() -> dict[str, Any]:
    """The answers of the schema's fields: values, or functions where a field has arguments."""
    customers: list[dict[str, Any]] = [{"name": name, "email": f"{name}@example.com".lower()} for name in NAMES]
    for customer in customers:
        customer["orders"] = partial(some, [order(customer, number) for number in range(20)])
    return {"customer": lambda info, id: customers[id - 1], "customers": partial(some, customers)}


def order(customer: dict[str, Any], number: int) -> dict[str, Any]:
    products = [{"name": name, "price": 5} for name in (f"Product {number % 7}", "Lamp", "Stool")]
    lines = [{"quantity": 1 + number % 3, "product": product} for product in products]
    return {"status": "paid", "customer": customer, "lines": partial(some, lines)}


def some(rows: list[Any], info: Any, first: int) -> list[Any]:
    return rows[:first]


def paths(value: Any, path: str = "") -> set[str]:
    """Where the values of an answer are, such as "orders.status"."""
    if isinstance(value, dict):
        return {found for name, inside in value.items() for found in paths(inside, f"{path}.{name}".strip("."))}
    if isinstance(value, list):
        return {found for inside in value for found in paths(inside, path)}
    return {path}


@exercise("one-screen")
def one_screen(lab: Lab, answer: Any) -> Iterator[Finding]:
    done: Any = attempt(graphql_sync, SCHEMA, answer, shop())
    if not isinstance(done, ExecutionResult):
        raise TypeError(done)
    data: dict[str, Any] = done.data or {}
    for finding in (is_accepted(done), begins_with_a_customer(data)):
        yield finding
        if not finding.passed:
            return
    customer = data.get("customer")
    yield from shows_what_the_watch_shows(customer)
    orders = (customer or {}).get("orders")
    yield Finding(
        "there are three orders",
        expected=3,
        happened=len(orders) if isinstance(orders, list) else "none",
        hint="a list takes `first`: without it, the server's default decides",
    )
    if not missing(customer):
        yield has_all_lines(cast(list[Any], orders))


def is_accepted(done: ExecutionResult) -> Finding:
    return Finding(
        "the server accepts the query",
        expected="no error",
        happened=done.errors[0].message if done.errors else "no error",
        hint="compare the word in question with the types: a name of another spelling, a field without its braces, "
        "a brace that is not closed, a value of another type",
    )


def begins_with_a_customer(data: dict[str, Any]) -> Finding:
    return Finding(
        "it asks for a customer, and nothing else, at the top",
        expected=["customer"],
        happened=sorted(data),
        hint="begin with `customer(id: 2)`, without an alias: the screen shows one customer",
    )


def missing(customer: Any) -> list[str]:
    found = paths(customer)
    return [path for path in SHOWN if path not in found]


def shows_what_the_watch_shows(customer: Any) -> Iterator[Finding]:
    yield Finding(
        "nothing that is shown is missing",
        expected=[],
        happened=missing(customer),
        hint="name each field that the watch shows, in the braces of what it belongs to, and without an alias",
    )
    yield Finding(
        "nothing is asked for that is not shown",
        expected=[],
        happened=sorted(paths(customer) - set(SHOWN)),
        hint="leave out what the watch does not show: it costs queries, bytes, and a right to read it",
    )
    yield Finding(
        "it is Bo's screen",
        expected="Bo",
        happened=(customer or {}).get("name"),
        hint="the argument `id` says whose: customer 2",
    )


def has_all_lines(orders: list[Any]) -> Finding:
    return Finding(
        "each order has its lines, all three",
        expected=[3],
        happened=sorted({len(each["lines"]) for each in orders}),
        hint="the three are orders: of `lines` each is shown, so a `first` there must not be smaller",
    )
