"""Right and wrong answers to restock of 32b-graphql-writes."""

from typing import Any

from django.db import transaction
from django.db.models import F

from exercises.graphql_writes.restock import restock
from tests.exercises.answers import Answers

answers = Answers(restock)


@answers.right
def locks_them(products: Any) -> int:
    with transaction.atomic():
        low = list(products.select_for_update().filter(stock__lt=10).order_by("pk"))
        for product in low:
            product.stock += 10
            product.save()
    return len(low)


@answers.right
def one_by_one_under_the_condition(products: Any) -> int:
    keys = list(products.filter(stock__lt=10).order_by("pk").values_list("pk", flat=True))
    return sum(products.filter(pk=key, stock__lt=10).update(stock=F("stock") + 10) for key in keys)


@answers.wrong("Let the database add")
def adds_in_python(products: Any) -> int:
    low = list(products.filter(stock__lt=10))
    for product in low:
        product.stock += 10
        product.save()
    return len(low)


@answers.wrong("Let the database add")
def adds_in_python_in_a_transaction(products: Any) -> int:
    with transaction.atomic():
        return int(adds_in_python(products))


@answers.wrong("belongs into the same statement")
def adds_to_those_it_read(products: Any) -> int:
    keys = list(products.filter(stock__lt=10).values_list("pk", flat=True))
    return int(products.filter(pk__in=keys).update(stock=F("stock") + 10))


@answers.wrong("in a subquery it is not looked at again")
def adds_to_those_of_a_subquery(products: Any) -> int:
    low = products.filter(stock__lt=10).values("pk")
    return int(products.filter(pk__in=low).update(stock=F("stock") + 10))


@answers.wrong("return the row count")
def counts_first(products: Any) -> int:
    low = products.filter(stock__lt=10)
    count = low.count()
    low.update(stock=F("stock") + 10)
    return int(count)


@answers.wrong("fewer than ten")
def not_what_is_sold_out(products: Any) -> int:
    return int(products.filter(stock__lt=10, stock__gt=0).update(stock=F("stock") + 10))


@answers.wrong("fewer than ten")
def ten_as_well(products: Any) -> int:
    return int(products.filter(stock__lte=10).update(stock=F("stock") + 10))
