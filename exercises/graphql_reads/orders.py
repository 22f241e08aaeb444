"""Orders with lines, a schema that shows their totals, and what to look at where these are wrong."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import psycopg
from graphql import ExecutionResult, GraphQLObjectType, GraphQLSchema, build_schema, execute_sync, parse
from psycopg.rows import kwargs_row

from nexus.exercises import attempt

# Lines that are older than others come after them, so nothing comes in the order of the ids.
ORDERS = """
    create table products (id int primary key, price int not null);
    create table orders (id int primary key, status text not null);
    create table lines (id int primary key, order_id int not null, product_id int not null, quantity int not null);
    insert into products select n, 3 * n from generate_series(1, 9) n;
    insert into orders select n, 'paid' from generate_series(1, 200) n;
    insert into lines
    select n, 1 + hashint4(n) % 3 + 3 * (n / 6), 1 + n % 9, 1 + n % 4 from generate_series(0, 396) n
    where (1 + hashint4(n) % 3 + 3 * (n / 6)) % 4 > 0 order by n desc;
"""
TOTALS = """
    select orders.id, coalesce(sum(quantity * price), 0)::int as total
    from orders left join (lines join products on products.id = product_id) on order_id = orders.id
    group by orders.id
"""
WITH_TOTALS = "type Query { orders(first: Int! = 10): [Order!]! } type Order { id: ID! status: String! total: Int! }"


class Batch:
    """As in the chapter."""

    def __init__(self, rows: list[Any]) -> None:
        self.rows, self.found = rows, dict[Any, Any]()
        for row in rows:
            row.batch = self

    def once(self, name: Any, fetch: Callable[[list[Any]], Any]) -> Any:
        if name not in self.found:
            self.found[name] = fetch(self.rows)
        return self.found[name]


class Reader:
    """As in the chapter, with batches; it counts queries and rows."""

    def __init__(self, db: psycopg.Connection[Any]) -> None:
        self.queries = self.read = 0
        self._db = db

    def rows(self, query: str, *values: Any) -> list[Any]:
        self.queries += 1
        found = self._db.cursor(row_factory=kwargs_row(SimpleNamespace)).execute(query.encode(), values).fetchall()
        self.read += len(found)
        return Batch(found).rows


def with_totals(resolve: Any) -> GraphQLSchema:
    schema = build_schema(WITH_TOTALS)
    fields = cast(GraphQLObjectType, schema.type_map["Order"]).fields
    fields["total"].resolve = resolve
    return schema


def orders_of(db: psycopg.Connection[Any], resolve: Any, first: int) -> tuple[Any, Reader]:
    """What became of the query for the first orders with their totals: [(id, total), ...], or words."""
    reader = Reader(db)
    root = {"orders": lambda info, first: reader.rows("select * from orders order by id limit %s", first)}
    query = parse(f"{{ orders(first: {first}) {{ id total }} }}")
    done = attempt(execute_sync, with_totals(resolve), query, root, reader)
    if not isinstance(done, ExecutionResult):
        return done, reader
    if done.errors or not done.data:
        return done.errors[0].message if done.errors else "no data", reader
    return [(int(row["id"]), row["total"]) for row in done.data["orders"]], reader


def true_totals(db: psycopg.Connection[Any]) -> dict[int, int]:
    return {row[0]: row[1] for row in db.execute(TOTALS.encode())}


NO_ZERO = "an order without lines has a total of 0: no row, and the sum of no rows, is not that yet"
# a part of what was raised, and what to look at
RAISED = {
    **dict.fromkeys(("non-nullable", "NoneType", "KeyError", "index out of range", "not enough values"), NO_ZERO),
    "non-integer value: {": "`once` gives what `fetch` has returned: of this, take the total of `order.id`",
    "Int cannot represent": "a query gives a list of rows: take the row, and of the row the number, `.total`",
    "has no attribute": "here a reader has `rows`, and an order has its columns and its batch. Read all else",
    "positional argument": "a resolver is given the order and `info`, and `once` takes a name and a function",
    **dict.fromkeys(
        ("placeholder", "operator does not exist"),
        "`rows` takes a value for each `%s`: one id for `= %s`, one *list* of ids for `= any(%s)`",
    ),
    'near "$1"': "a list of ids goes with `= any(%s)`: there is no other place for it",
}


def astray(found: Any, truth: dict[int, int], reader: Reader) -> str:
    """What to look at, where these totals are not the true ones."""
    if isinstance(found, str):
        hints = [hint for part, hint in RAISED.items() if part in found]
        if hints or found.isdigit():  # a number is the key that a dictionary did not have
            return hints[0] if hints else NO_ZERO
        return "the field's resolver raised this: run its query by itself, with `lab.sql`"
    wrong = [(key, total) for key, total in found if total != truth[key]]
    if all(truth[key] == 0 for key, _ in wrong):
        return NO_ZERO
    if len({total for _, total in found}) == 1:
        return "all orders have the same total: let the row of the order, `order.id`, decide which lines count"
    if sorted(total for _, total in found) == sorted(truth[key] for key, _ in found):
        return "these are totals of other orders: rows come in an order of their own, so find them by their order_id"
    if reader.queries == 1:
        return "read the lines with `info.context.rows`: the check has tables of its own"
    return "of each line it is quantity times price, and of the order it is the sum over its lines"
