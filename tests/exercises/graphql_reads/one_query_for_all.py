"""Right and wrong answers to one-query-for-all of 32-graphql."""

from functools import partial
from typing import Any

from exercises.graphql_reads.one_query_for_all import one_query_for_all
from tests.exercises.answers import Answers
from tests.exercises.graphql_reads.order_total import JOINED, zero_for_null

answers = Answers(one_query_for_all)

GROUPED = f"select order_id, sum(quantity * price) as total {JOINED} = any(%s) group by order_id"


def totals(info: Any, orders: list[Any]) -> dict[int, int]:
    return {row.order_id: row.total for row in info.context.rows(GROUPED, [order.id for order in orders])}


@answers.right
def adds_in_python(order: Any, info: Any) -> int:
    def fetch(orders: list[Any]) -> dict[int, int]:
        found = {each.id: 0 for each in orders}
        for row in info.context.rows(f"select * {JOINED} = any(%s)", list(found)):
            found[row.order_id] += row.quantity * row.price
        return found

    return int(order.batch.once(("total",), fetch)[order.id])


@answers.right
def remembers_without_once(order: Any, info: Any) -> int:
    if not hasattr(order.batch, "totals"):
        order.batch.totals = totals(info, order.batch.rows)
    return int(order.batch.totals.get(order.id, 0))


@answers.right
def joins_from_the_left(order: Any, info: Any) -> int:
    def fetch(orders: list[Any]) -> dict[int, int]:
        every = "select known.id, coalesce(sum(quantity * price), 0) as total from unnest(%s::int[]) as known(id)"
        join = "left join (lines join products on products.id = product_id) on order_id = known.id"
        rows = info.context.rows(f"{every} {join} group by known.id", [each.id for each in orders])
        return {row.id: row.total for row in rows}

    return int(order.batch.once("total", fetch)[order.id])


answers.wrong("one name for all")(zero_for_null)


@answers.wrong("one name for all")
def a_name_for_each(order: Any, info: Any) -> Any:
    return order.batch.once(order.id, partial(totals, info)).get(order.id, 0)


@answers.wrong("let a join")
def lines_and_then_products(order: Any, info: Any) -> Any:
    def fetch(orders: list[Any]) -> dict[int, int]:
        lines = info.context.rows("select * from lines where order_id = any(%s)", [each.id for each in orders])
        keys = [line.product_id for line in lines]
        prices = {row.id: row.price for row in info.context.rows("select * from products where id = any(%s)", keys)}
        found = {each.id: 0 for each in orders}
        for line in lines:
            found[line.order_id] += line.quantity * prices[line.product_id]
        return found

    return order.batch.once("total", fetch)[order.id]


@answers.wrong("take the total of `order.id`")
def gives_all_of_them(order: Any, info: Any) -> Any:
    return order.batch.once("total", partial(totals, info))


@answers.wrong("one *list* of ids")
def a_value_for_each_id(order: Any, info: Any) -> Any:
    return order.batch.once("total", lambda orders: info.context.rows(GROUPED, *[each.id for each in orders]))


@answers.wrong("takes a name and a function")
def forgets_the_name(order: Any, info: Any) -> Any:
    return order.batch.once(partial(totals, info)).get(order.id, 0)


@answers.wrong("goes with `= any(%s)`")
def in_a_list(order: Any, info: Any) -> Any:
    query = GROUPED.replace("= any(%s)", "in %s")
    return order.batch.once("total", lambda orders: info.context.rows(query, [each.id for each in orders]))


@answers.wrong("not that yet")
def no_zero(order: Any, info: Any) -> Any:
    return order.batch.once("total", partial(totals, info))[order.id]


@answers.wrong("find them by their order_id")
def by_place(order: Any, info: Any) -> Any:
    def fetch(orders: list[Any]) -> dict[int, int]:
        every = "select coalesce(sum(quantity * price), 0) as total from unnest(%s::int[]) as known(id)"
        join = "left join (lines join products on products.id = product_id) on order_id = known.id"
        rows = info.context.rows(f"{every} {join} group by known.id order by known.id desc", [o.id for o in orders])
        return {each.id: row.total for each, row in zip(orders, rows, strict=True)}

    return order.batch.once("total", fetch)[order.id]


@answers.wrong("belongs to these orders")
def reads_the_whole_table(order: Any, info: Any) -> Any:
    def fetch(orders: list[Any]) -> dict[int, int]:
        query = f"select order_id, sum(quantity * price) as total {JOINED} > 0 group by order_id"
        return {row.order_id: row.total for row in info.context.rows(query)}

    return order.batch.once("total", fetch).get(order.id, 0)


@answers.wrong("let the row of the order")
def of_none(order: Any, info: Any) -> Any:
    return order.batch.once("total", lambda orders: {each.id: 0 for each in orders})[order.id]


@answers.wrong("kept from an earlier request")
def a_global_cache(order: Any, info: Any) -> Any:
    def fetch(orders: list[Any]) -> dict[int, int]:
        key = tuple(each.id for each in orders)
        if key not in KEPT:
            KEPT[key] = totals(info, orders)
        return KEPT[key]

    return order.batch.once("total", fetch).get(order.id, 0)


KEPT: dict[Any, dict[int, int]] = {}
