"""The exercises of 32-graphql: one screen, a resolver, one query for a whole batch, and a cost that nothing slips past.

(Not named as the chapter is: the library is called graphql, too.)
"""

from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import psycopg
from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    graphql_sync,
    parse,
)
from psycopg.rows import kwargs_row

from nexus import Lab
from nexus.exercises import Chapter, Finding, attempt, in_threads, scratch_tables, unless_failed

chapter = Chapter("32-graphql")
check = chapter.check

SECONDS = 10  # for an answer that loops


def bounded(call: Callable[..., Any], *arguments: Any) -> Any:
    """What the call returns or, in words, what it raised, or that it did not end."""
    otherwise = f"no answer within {SECONDS} seconds"
    return in_threads([partial(attempt, call, *arguments)], SECONDS, otherwise)[0]


# --- one-screen

SCHEMA = build_schema("""
    type Query { customer(id: Int!): Customer  customers(first: Int! = 10): [Customer!]! }
    type Customer { name: String!  email: String!  orders(first: Int! = 10): [Order!]! }
    type Order { status: String!  customer: Customer!  lines(first: Int! = 10): [Line!]! }
    type Line { quantity: Int!  product: Product! }
    type Product { name: String!  price: Int! }
""")
SHOWN = ["name", "orders.lines.product.name", "orders.lines.quantity", "orders.status"]


def shop() -> dict[str, Any]:
    """The answers of the schema's fields: values, or functions where a field has arguments."""
    customers: list[dict[str, Any]] = [{"name": name, "email": f"{name}@example.com".lower()} for name in ("Ada", "Bo")]
    for customer in customers:
        customer["orders"] = partial(some, [order(customer, number) for number in range(20)])
    return {"customer": lambda info, id: customers[id - 1], "customers": partial(some, customers)}


def order(customer: dict[str, Any], number: int) -> dict[str, Any]:
    products = [{"name": f"Product {number % 7}", "price": 5}, {"name": "Lamp", "price": 20}]
    lines = [{"quantity": 1 + number % 3, "product": product} for product in products]
    return {"status": "paid", "customer": customer, "lines": partial(some, lines)}


def some(rows: list[Any], info: Any, first: int) -> list[Any]:
    return rows[:first]


def paths(value: Any, path: str = "") -> set[str]:
    """Where the values of an answer stand, such as "orders.status"."""
    if isinstance(value, dict):
        return {found for name, inside in value.items() for found in paths(inside, f"{path}.{name}".strip("."))}
    if isinstance(value, list):
        return {found for inside in value for found in paths(inside, path)}
    return {path}


@chapter.exercise("one-screen")
def one_screen(lab: Lab, answer: Any) -> Iterator[Finding]:
    done: Any = bounded(graphql_sync, SCHEMA, answer, shop())
    if not isinstance(done, ExecutionResult):
        raise TypeError(done)
    accepted = Finding(
        "the server accepts the query",
        expected="no error",
        happened=done.errors[0].message if done.errors else "no error",
        hint="compare the word in question with the types: a name of another spelling, a field without its braces",
    )
    yield accepted
    if not accepted.passed:
        return
    data: dict[str, Any] = done.data or {}
    customer = data.get("customer")
    begins = Finding(
        "it asks for a customer, and nothing else, at the top",
        expected=["customer"],
        happened=sorted(data),
        hint="begin with `customer(id: 2)`, without an alias: the screen shows one customer",
    )
    yield begins
    if not begins.passed:
        return
    found = paths(customer)
    yield Finding(
        "nothing that is shown is missing",
        expected=[],
        happened=[path for path in SHOWN if path not in found],
        hint="name each field that the watch shows, in the braces of what it belongs to, and without an alias",
    )
    yield Finding(
        "nothing is asked for that is not shown",
        expected=[],
        happened=sorted(found - set(SHOWN)),
        hint="leave out what the watch does not show: it costs queries, bytes, and a right to read it",
    )
    yield Finding(
        "it is Bo's screen",
        expected="Bo",
        happened=(customer or {}).get("name"),
        hint="the argument `id` says whose: customer 2",
    )
    orders = (customer or {}).get("orders")
    yield Finding(
        "there are three orders",
        expected=3,
        happened=len(orders) if isinstance(orders, list) else "none",
        hint="a list takes `first`: without it, the server's default decides",
    )


LINES = "lines { quantity product { name } }"
one_screen.right(f"query Watch {{ customer(id: 2) {{ orders(first: 3) {{ {LINES} status }} name }} }}")
one_screen.right(
    "{ customer(id: 2) { name orders(first: 3) { status ...bought } } }"
    " fragment bought on Order { lines(first: 10) { quantity product { name } } }"
)
one_screen.wrong("takes `first`")(f"{{ customer(id: 2) {{ name orders {{ status {LINES} }} }} }}")
one_screen.wrong("leave out")(f"{{ customer(id: 2) {{ name email orders(first: 3) {{ status {LINES} }} }} }}")
one_screen.wrong("leave out")(
    "{ customer(id: 2) { name orders(first: 3) { status lines { quantity product { name price } } } } }"
)
one_screen.wrong("name each field")(
    "{ customer(id: 2) { name orders(first: 3) { status lines { product { name } } } } }"
)
one_screen.wrong("name each field")(f"{{ customer(id: 2) {{ name last: orders(first: 3) {{ status {LINES} }} }} }}")
one_screen.wrong("customer 2")(f"{{ customer(id: 1) {{ name orders(first: 3) {{ status {LINES} }} }} }}")
one_screen.wrong("begin with")(f"{{ customers(first: 2) {{ name orders(first: 3) {{ status {LINES} }} }} }}")
one_screen.wrong("compare the word")(
    "{ customer(id: 2) { name orders(first: 3) { status lines { quantity product } } } }"
)
one_screen.wrong("compare the word")("{ customer(id: 2) { name orders(limit: 3) { status } } }")


# --- order-total and one-query-for-all

# Lines that are older than others stand behind them, so nothing comes in the order of the ids.
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
    done = bounded(partial(execute_sync, with_totals(resolve), query, root, reader))
    if not isinstance(done, ExecutionResult):
        return done, reader
    if done.errors or not done.data:
        return done.errors[0].message if done.errors else "no data", reader
    return [(int(row["id"]), row["total"]) for row in done.data["orders"]], reader


def true_totals(db: psycopg.Connection[Any]) -> dict[int, int]:
    return {row[0]: row[1] for row in db.execute(TOTALS.encode())}


def astray(found: Any, truth: dict[int, int]) -> str:
    """What to look at, where these totals are not the true ones."""
    if isinstance(found, str):
        if "non-nullable" in found or "NoneType" in found or "KeyError" in found or found.isdigit():
            return "an order without lines has a total of 0: no row, and the sum of no rows, is not that yet"
        if "Int cannot represent" in found:
            return "a query gives a list of rows: take the row, and of the row the number, `.total`"
        return "the field's resolver raised this: run its query by itself, with `lab.sql`"
    wrong = [(key, total) for key, total in found if total != truth[key]]
    if all(truth[key] == 0 for key, _ in wrong):
        return "an order without lines has a total of 0: no row, and the sum of no rows, is not that yet"
    if len({total for _, total in found}) == 1:
        return "all orders have the same total: let the row of the order, `order.id`, decide which lines count"
    if sorted(total for _, total in found) == sorted(truth[key] for key, _ in found):
        return "these are totals of other orders: rows come in an order of their own, so find them by their order_id"
    return "of each line it is quantity times price, and of the order it is the sum over its lines"


@chapter.exercise("order-total")
def order_total(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, ORDERS) as db:
        db.execute("set statement_timeout = '5s'")
        truth = true_totals(db)
        bare = next(key for key in sorted(truth) if truth[key] == 0)
        full = next(key for key in sorted(truth) if truth[key] > 0)
        found, _ = orders_of(db, answer, 20)
        told = dict(found) if isinstance(found, list) else {}
        expected = [(key, truth[key]) for key in (full, bare)]
        yield Finding(
            f"the total of order {full}, and of order {bare}, which has no lines",
            expected,
            [(key, told[key]) for key in (full, bare)] if told else found,
            astray(found, truth),
        )
        yield Finding(
            "the totals of twenty orders",
            expected="all right",
            happened="all right" if told and all(truth[key] == told[key] for key in told) else "some are wrong",
            hint=astray(found, truth),
        )


JOINED = "from lines join products on products.id = product_id where order_id"


@order_total.right
def sums_in_python(order: Any, info: Any) -> int:
    return sum(row.quantity * row.price for row in info.context.rows(f"select * {JOINED} = %s", order.id))


@order_total.right
def zero_for_null(order: Any, info: Any) -> int:
    return info.context.rows(f"select sum(quantity * price) as total {JOINED} = %s", order.id)[0].total or 0


@order_total.wrong("not that yet")
def null_for_no_lines(order: Any, info: Any) -> Any:
    return info.context.rows(f"select sum(quantity * price) as total {JOINED} = %s", order.id)[0].total


@order_total.wrong("not that yet")
def null_without_a_promise(order: Any, info: Any) -> Any:
    rows = info.context.rows(f"select sum(quantity * price) as total {JOINED} = %s group by order_id", order.id)
    return rows[0].total if rows else None


@order_total.wrong("quantity times price")
def forgets_the_quantity(order: Any, info: Any) -> Any:
    return info.context.rows(f"select coalesce(sum(price), 0) as total {JOINED} = %s", order.id)[0].total


@order_total.wrong("let the row of the order")
def sums_all_lines(order: Any, info: Any) -> Any:
    return info.context.rows(f"select sum(quantity * price) as total {JOINED} > 0")[0].total


@order_total.wrong("let the row of the order")
def always_nothing(order: Any, info: Any) -> int:
    return 0


@order_total.wrong("`.total`")
def gives_rows(order: Any, info: Any) -> Any:
    return info.context.rows(f"select coalesce(sum(quantity * price), 0) as total {JOINED} = %s", order.id)


@order_total.wrong("by itself")
def reads_a_table_that_is_not_there(order: Any, info: Any) -> Any:
    return info.context.rows("select sum(total) as total from order_lines where order_id = %s", order.id)[0].total


@chapter.exercise("one-query-for-all")
def one_query_for_all(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, ORDERS) as db:
        db.execute("set statement_timeout = '5s'")
        truth = true_totals(db)
        (few, first), (many, second) = orders_of(db, answer, 3), orders_of(db, answer, 30)
        right = Finding(
            "the totals of three orders, and of thirty",
            expected="all right",
            happened=judged(few, truth) if judged(few, truth) != "all right" else judged(many, truth),
            hint=astray(many if judged(few, truth) == "all right" else few, truth),
        )
        yield right
        yield Finding(
            "two queries, for three orders as for thirty",
            expected=(2, 2),
            happened=(first.queries, second.queries),
            hint=unless_failed(
                right,
                "`fetch` runs once for each *name* in a batch: one name for all orders, one query with `= any(%s)`",
            )
            if second.queries > 2 or right.passed
            else unless_failed(right, "read the totals with `info.context.rows`"),
        )
        yield Finding(
            "rows read for three orders",
            expected="few",
            happened="few" if first.read <= 30 else "more",
            hint="read what belongs to these orders: `where order_id = any(%s)`, with the ids of those in the batch",
        )
        db.execute("update products set price = price + 100")
        yield Finding(
            "after prices have risen, the next request",
            expected="all right",
            happened=judged(orders_of(db, answer, 30)[0], true_totals(db)),
            hint=unless_failed(
                right, "this was kept from an earlier request: only the batch may remember, and it ends"
            ),
        )


def judged(found: Any, truth: dict[int, int]) -> str:
    if isinstance(found, str):
        return found
    return "all right" if found and all(truth[key] == total for key, total in found) else "some are wrong"


GROUPED = f"select order_id, sum(quantity * price) as total {JOINED} = any(%s) group by order_id"


def totals(info: Any, orders: list[Any]) -> dict[int, int]:
    return {row.order_id: row.total for row in info.context.rows(GROUPED, [order.id for order in orders])}


@one_query_for_all.right
def adds_in_python(order: Any, info: Any) -> int:
    def fetch(orders: list[Any]) -> dict[int, int]:
        found = {each.id: 0 for each in orders}
        for row in info.context.rows(f"select * {JOINED} = any(%s)", list(found)):
            found[row.order_id] += row.quantity * row.price
        return found

    return int(order.batch.once(("total",), fetch)[order.id])


@one_query_for_all.right
def remembers_without_once(order: Any, info: Any) -> int:
    if not hasattr(order.batch, "totals"):
        order.batch.totals = totals(info, order.batch.rows)
    return int(order.batch.totals.get(order.id, 0))


one_query_for_all.wrong("one name for all")(zero_for_null)


@one_query_for_all.wrong("one name for all")
def a_name_for_each(order: Any, info: Any) -> Any:
    return order.batch.once(order.id, partial(totals, info)).get(order.id, 0)


@one_query_for_all.wrong("not that yet")
def no_zero(order: Any, info: Any) -> Any:
    return order.batch.once("total", partial(totals, info))[order.id]


@one_query_for_all.wrong("find them by their order_id")
def by_place(order: Any, info: Any) -> Any:
    def fetch(orders: list[Any]) -> dict[int, int]:
        every = "select coalesce(sum(quantity * price), 0) as total from unnest(%s::int[]) as known(id)"
        join = "left join (lines join products on products.id = product_id) on order_id = known.id"
        rows = info.context.rows(f"{every} {join} group by known.id order by known.id desc", [o.id for o in orders])
        return {each.id: row.total for each, row in zip(orders, rows, strict=True)}

    return order.batch.once("total", fetch)[order.id]


@one_query_for_all.wrong("belongs to these orders")
def reads_the_whole_table(order: Any, info: Any) -> Any:
    def fetch(orders: list[Any]) -> dict[int, int]:
        query = f"select order_id, sum(quantity * price) as total {JOINED} > 0 group by order_id"
        return {row.order_id: row.total for row in info.context.rows(query)}

    return order.batch.once("total", fetch).get(order.id, 0)


@one_query_for_all.wrong("let the row of the order")
def of_none(order: Any, info: Any) -> Any:
    return order.batch.once("total", lambda orders: {each.id: 0 for each in orders})[order.id]


@one_query_for_all.wrong("kept from an earlier request")
def a_global_cache(order: Any, info: Any) -> Any:
    def fetch(orders: list[Any]) -> dict[int, int]:
        key = tuple(each.id for each in orders)
        if key not in KEPT:
            KEPT[key] = totals(info, orders)
        return KEPT[key]

    return order.batch.once("total", fetch).get(order.id, 0)


KEPT: dict[Any, dict[int, int]] = {}


# --- cost

MOST_LOOKUPS = 100


class Fragments(dict[str, FragmentDefinitionNode]):
    """Counts how often one is looked into, and has an end."""

    looked = 0

    def _look(self) -> None:
        self.looked += 1
        if self.looked > MOST_LOOKUPS:
            raise OverflowError(f"fragments were looked into more than {MOST_LOOKUPS} times")

    def __getitem__(self, name: str) -> FragmentDefinitionNode:
        self._look()
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._look()
        return super().get(name, default)


def priced(answer: Any, query: str) -> Any:
    definitions = parse(query).definitions
    operation = next(each for each in definitions if isinstance(each, OperationDefinitionNode))
    known = Fragments({each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)})
    found = bounded(answer, operation, known)
    return found if isinstance(found, str) else int(found)


# what, query, cost, hint
CASES = [
    (
        "fields in fields",
        "{ customer(id: 7) { name email } }",
        3,
        "a field costs 1 and what is in it, and only `first` makes that more: `id` is no length",
    ),
    (
        "a list",
        "{ customers(first: 5) { name email } }",
        11,
        "a list is one field, and five times what is in it: 1 + 5 * 2",
    ),
    (
        "lists in lists",
        "{ customers(first: 10) { name orders(first: 20) { status } } }",
        221,
        "the inner list stands ten times in the outer one: 1 + 10 * (1 + 1 + 20 * 1)",
    ),
    (
        "aliases",
        "{ a: customer(id: 1) { name } b: customer(id: 2) { name } }",
        4,
        "fields beside each other add up, under the same name or another: a sum, where the depth had a maximum",
    ),
    (
        "a piece without a name",
        "{ customer(id: 1) { ... on Customer { name email } } }",
        3,
        "`... on Customer` is no field: it costs what is in it, and no more",
    ),
    (
        "a fragment in two lists",
        "{ a: customers(first: 2) { ...f } b: customers(first: 3) { ...f } } fragment f on Customer { name email }",
        12,
        "where a fragment is put in, count what is in it, `fragments[name]`, and nothing for itself",
    ),
    (
        "another document, with a fragment of that name",
        "{ customer(id: 1) { ...f } } fragment f on Customer { name }",
        2,
        "this was remembered from another document: a default value such as `known={}` is made once, for all calls",
    ),
]


@chapter.exercise("cost")
def cost(lab: Lab, answer: Any) -> Iterator[Finding]:
    for what, query, expected, hint in CASES:
        found = Finding(what, expected, priced(answer, query), f"{hint}. The query: {query}")
        yield found
        if not found.passed:
            return  # the next cases need this one, and their hints would be for other mistakes
    levels = "".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }} " for n in range(20))
    yield Finding(
        "twenty fragments, each with the next one in it twice",
        expected=2**20,
        happened=priced(answer, f"{{ ...f0 }} {levels} fragment f20 on Query {{ __typename }}"),
        hint="look into each fragment once, and remember what it costs, as `depth` does",
    )


def is_field(node: Any) -> bool:
    return isinstance(node, FieldNode)


def length(node: Any) -> int:
    return next((int(cast(Any, each.value).value) for each in node.arguments if each.name.value == "first"), 1)


def inside(node: Any) -> tuple[Any, ...]:
    return tuple(node.selection_set.selections) if getattr(node, "selection_set", None) else ()


@cost.right
def fills_in_a_dictionary_first(node: Any, fragments: Any) -> int:
    known: dict[str, int] = {}

    def of(node: Any) -> int:
        if is_field(node):
            return 1 + length(node) * sum(map(of, inside(node)))
        if isinstance(node, FragmentSpreadNode):
            if node.name.value not in known:
                known[node.name.value] = of(fragments.get(node.name.value))
            return known[node.name.value]
        return sum(map(of, inside(node)))

    return of(node)


def plain(node: Any, fragments: Any, per_list: Callable[[int, int], int], fold: Callable[[Any], int] = sum) -> int:
    """A cost without memory, out of parts that may be wrong."""
    if isinstance(node, FragmentSpreadNode):
        node = fragments[node.name.value]
    below = fold([0, *(plain(each, fragments, per_list, fold) for each in inside(node))])
    return per_list(length(node), below) if is_field(node) else below


@cost.wrong("and what is in it")
def always_one(node: Any, fragments: Any) -> Any:
    return 1


@cost.wrong("as `depth` does")
def looks_again_and_again(node: Any, fragments: Any) -> Any:
    return plain(node, fragments, lambda first, below: 1 + first * below)


@cost.wrong("one field, and five times")
def adds_the_length(node: Any, fragments: Any) -> Any:
    return plain(node, fragments, lambda first, below: 1 + below + (first if first > 1 else 0))


@cost.wrong("one field, and five times")
def multiplies_itself(node: Any, fragments: Any) -> Any:
    return plain(node, fragments, lambda first, below: first * (1 + below))


@cost.wrong("and what is in it")
def takes_the_largest(node: Any, fragments: Any) -> Any:
    return plain(node, fragments, lambda first, below: 1 + first * below, max)


@cost.wrong("`id` is no length")
def takes_any_argument(node: Any, fragments: Any) -> Any:
    below = sum(takes_any_argument(each, fragments) for each in inside(node))
    if not is_field(node):
        return below
    return 1 + (int(cast(Any, node.arguments[0].value).value) if node.arguments else 1) * below


@cost.wrong("count what is in it")
def passes_over_fragments(node: Any, fragments: Any) -> Any:
    below = sum(passes_over_fragments(each, fragments) for each in inside(node))
    return 1 + length(node) * below if is_field(node) else below


@cost.wrong("is no field")
def everything_but_the_operation(node: Any, fragments: Any) -> Any:
    below = sum(everything_but_the_operation(each, fragments) for each in inside(node))
    if isinstance(node, OperationDefinitionNode):
        return below
    return 1 + (length(node) if is_field(node) else 1) * below


@cost.wrong("from another document")
def remembers_too_long(node: Any, fragments: Any, known: dict[str, int] = {}) -> Any:  # noqa: B006 - the fault
    if isinstance(node, FragmentSpreadNode):
        if node.name.value not in known:
            known[node.name.value] = remembers_too_long(fragments[node.name.value], fragments, known)
        return known[node.name.value]
    below = sum(remembers_too_long(each, fragments, known) for each in inside(node))
    return 1 + length(node) * below if is_field(node) else below
