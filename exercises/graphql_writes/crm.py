"""The CRM's tables in the chapter's room, and rows of an exercise in them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from nexus import Lab
from nexus.exercises import attempt

APPS = ["django.contrib.postgres", "systems.accounts", "systems.crm"]


def set_up(lab: Lab) -> None:
    """Django on the chapter's room, with the CRM's tables. In the chapter, its own cells have done so."""
    if not settings.configured:
        lab.django(INSTALLED_APPS=APPS, AUTH_USER_MODEL="accounts.User")
        call_command("migrate", verbosity=0)


def sales_person(name: str) -> Any:
    from systems.accounts.models import User  # after Django was set up

    return User.objects.create(email=f"{name}@exercise.example", name=name, role="sales")


@contextmanager
def selling() -> Iterator[tuple[Any, Any, Any]]:
    """Two sales people and the customers of both, until all of it is rolled back."""
    from systems.crm.models import Customer

    with transaction.atomic():
        mine, other = sales_person("mine"), sales_person("other")
        yield Customer.objects.filter(owner__in=[mine, other]), mine, other
        transaction.set_rollback(True)


@contextmanager
def on_the_shelf(*stocks: int) -> Iterator[tuple[Any, list[int]]]:
    """Products with so many left, and their keys. Others see them, so they are taken away at the end."""
    from systems.crm.models import Product

    made = [Product.objects.create(name="exercise", price=1, stock=stock) for stock in stocks]
    products = Product.objects.filter(pk__in=[one.pk for one in made])
    try:
        yield products, [one.pk for one in made]
    finally:
        products.delete()


def stocks_of(products: Any) -> list[int]:
    return list(products.order_by("pk").values_list("stock", flat=True))


def within(act: Callable[[], Any]) -> Any:
    """What it returns or raised, and a transaction around that can go on."""

    def guarded() -> Any:
        with transaction.atomic():
            return act()

    return attempt(guarded)
