"""Right and wrong answers to order-total of 32-graphql."""

from typing import Any

from exercises.graphql_reads.order_total import order_total
from tests.exercises.answers import Answers

answers = Answers(order_total)

JOINED = "from lines join products on products.id = product_id where order_id"


@answers.right
def sums_in_python(order: Any, info: Any) -> int:
    return sum(row.quantity * row.price for row in info.context.rows(f"select * {JOINED} = %s", order.id))


@answers.right
def zero_for_null(order: Any, info: Any) -> int:
    return info.context.rows(f"select sum(quantity * price) as total {JOINED} = %s", order.id)[0].total or 0


@answers.wrong("not that yet")
def null_for_no_lines(order: Any, info: Any) -> Any:
    return info.context.rows(f"select sum(quantity * price) as total {JOINED} = %s", order.id)[0].total


@answers.wrong("not that yet")
def null_without_a_promise(order: Any, info: Any) -> Any:
    rows = info.context.rows(f"select sum(quantity * price) as total {JOINED} = %s group by order_id", order.id)
    return rows[0].total if rows else None


@answers.wrong("quantity times price")
def forgets_the_quantity(order: Any, info: Any) -> Any:
    return info.context.rows(f"select coalesce(sum(price), 0) as total {JOINED} = %s", order.id)[0].total


@answers.wrong("let the row of the order")
def sums_all_lines(order: Any, info: Any) -> Any:
    return info.context.rows(f"select sum(quantity * price) as total {JOINED} > 0")[0].total


@answers.wrong("let the row of the order")
def always_nothing(order: Any, info: Any) -> int:
    return 0


@answers.wrong("`.total`")
def gives_rows(order: Any, info: Any) -> Any:
    return info.context.rows(f"select coalesce(sum(quantity * price), 0) as total {JOINED} = %s", order.id)


@answers.wrong("not that yet")
def takes_a_row_that_may_be_missing(order: Any, info: Any) -> Any:
    return info.context.rows(f"select sum(quantity * price) as total {JOINED} = %s group by order_id", order.id)[
        0
    ].total


@answers.wrong("here a reader has")
def uses_what_another_reader_has(order: Any, info: Any) -> Any:
    lines = info.context.many(order, "lines", "order_id", 1000)
    return sum(line.quantity * info.context.one(line, "products", "product_id").price for line in lines)


@answers.wrong("here a reader has")
def takes_the_row_for_a_graph(order: Any, info: Any) -> Any:
    return sum(line.quantity * line.product.price for line in order.lines)


@answers.wrong("a value for each")
def gives_a_list_for_an_id(order: Any, info: Any) -> Any:
    return info.context.rows(f"select sum(quantity * price) as total {JOINED} = %s", [order.id])[0].total or 0


@answers.wrong("is given the order")
def has_no_info(order: Any) -> Any:
    return order.id


@answers.wrong("tables of its own")
def reads_elsewhere(order: Any, info: Any) -> Any:
    return 100 + order.id


@answers.wrong("by itself")
def reads_a_table_that_is_not_there(order: Any, info: Any) -> Any:
    return info.context.rows("select sum(total) as total from order_lines where order_id = %s", order.id)[0].total
