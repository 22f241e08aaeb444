"""Right and wrong answers to all-or-nothing of 32b-graphql-writes."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Case, F, When

from exercises.graphql_writes.all_or_nothing import all_or_nothing
from tests.exercises.answers import Answers

answers = Answers(all_or_nothing)


def take(products: Any, wanted: Mapping[int, int]) -> bool:
    """Whether there was enough of each; those before the first of which there was not are taken."""
    return all(
        products.filter(pk=key, stock__gte=quantity).update(stock=F("stock") - quantity)
        for key, quantity in wanted.items()
    )


@answers.right
def locks_first(products: Any, wanted: Mapping[int, int]) -> bool:
    with transaction.atomic():
        locked = list(products.select_for_update().filter(pk__in=wanted).order_by("pk"))
        if any(product.stock < wanted[product.pk] for product in locked):
            return False
        for product in locked:
            product.stock -= wanted[product.pk]
            product.save()
    return True


@answers.right
def all_in_one_statement(products: Any, wanted: Mapping[int, int]) -> bool:
    """Of two that meet, one may be refused as a deadlock: then, and only then, it is tried again."""
    less = Case(*(When(pk=key, then=F("stock") - quantity) for key, quantity in wanted.items()))
    while True:
        with suppress(OperationalError):
            try:
                return bool(products.filter(pk__in=wanted).update(stock=less))
            except IntegrityError:
                return False


@answers.right
def raises_inside(products: Any, wanted: Mapping[int, int]) -> bool:
    with suppress(LookupError), transaction.atomic():
        if not take(products, dict(sorted(wanted.items()))):
            raise LookupError
        return True
    return False


answers.wrong("a rollback where something is missing")(take)


@answers.wrong("a rollback where something is missing")
def leaves_with_a_return(products: Any, wanted: Mapping[int, int]) -> bool:
    with transaction.atomic():
        return take(products, dict(sorted(wanted.items())))


@answers.wrong("in the same order")
def in_the_order_of_the_order(products: Any, wanted: Mapping[int, int]) -> bool:
    with transaction.atomic():
        if not (taken := take(products, wanted)):
            transaction.set_rollback(True)
    return taken


@answers.wrong("One transaction around all of it")
def gives_back_by_hand(products: Any, wanted: Mapping[int, int]) -> bool:
    taken: list[int] = []
    for key in sorted(wanted):
        if not take(products, {key: wanted[key]}):
            take(products, {key: -wanted[key] for key in taken})
            return False
        taken.append(key)
    return True


@answers.wrong("return True where all was taken")
def raises_and_lets_it_go(products: Any, wanted: Mapping[int, int]) -> bool:
    with transaction.atomic():
        if not take(products, dict(sorted(wanted.items()))):
            raise LookupError
    return True


@answers.wrong("in one statement")
def looks_first(products: Any, wanted: Mapping[int, int]) -> bool:
    with transaction.atomic():
        found = {product.pk: product for product in products.filter(pk__in=wanted).order_by("pk")}
        if any(found[key].stock < quantity for key, quantity in wanted.items()):
            return False
        for key, product in found.items():
            product.stock = F("stock") - wanted[key]
            product.save()
    return True


@answers.wrong("no further try will help")
def tries_for_ever(products: Any, wanted: Mapping[int, int]) -> bool:
    while any(products.get(pk=key).stock < quantity for key, quantity in wanted.items()):
        pass
    return take(products, wanted)


@answers.wrong("exactly as many")
def keeps_one_back(products: Any, wanted: Mapping[int, int]) -> bool:
    with transaction.atomic():
        for key, quantity in sorted(wanted.items()):
            if not products.filter(pk=key, stock__gt=quantity).update(stock=F("stock") - quantity):
                transaction.set_rollback(True)
                return False
    return True
