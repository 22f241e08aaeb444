"""What runs in the process of one GraphQL site: it is set up once, and asked the same again and again.

It is asked by Django's test client, through all of the middleware and the site's own view. Who asks is known already,
so that none has to look that up; the peers would not ask.

Python takes memory for its stack in pieces of 16 KB, and gives back the last one as soon as it is empty. Where a call
that is made thousands of times happens to be at the end of a piece, each takes and gives back 16 KB, and the answer
takes up to four times as long. Where that happens is a matter of how many calls lead there, and so of luck: with
another server or one middleware more it is others who meet it. So each request is made from another depth, and those of
one round go through a whole piece.
"""

import os
import secrets
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.graphs import OURS, QUERY, Contender

PIECE = 128  # calls of `deeper` that fill a piece of the stack


@dataclass(frozen=True)
class Plan:
    """How much is measured. A test takes less of everything. customers: at most a page of them, which is 100."""

    rounds: int = 5
    requests: int = 8
    warm: int = 3
    customers: int = 100
    orders: int = 10
    lines: int = 3


_asking: list[tuple[Any, str]] = []


def set_up(contender: Contender, urls: dict[str, str]) -> None:
    """Set Django up in this process, for this site."""
    os.environ |= {
        "SYSTEMS_ALLOWED_HOSTS": "testserver",
        "SYSTEMS_DATABASE_URL": urls["postgres"],
        "DJANGO_SETTINGS_MODULE": "systems.settings",
        "SYSTEMS_GRAPHQL_COST": "1000000",  # this question has no `first`, so its lists might be longer than they are
        "SYSTEMS_HTTPS": "false",
        "SYSTEMS_REDIS_URL": urls["redis"],
        "SYSTEMS_SECRET_KEY": secrets.token_hex(32),
    }
    import django
    from django.conf import settings

    settings.ROOT_URLCONF = contender.urls
    django.setup()
    from rest_framework.test import APIClient

    from systems.accounts.models import User

    if contender.name != OURS:
        order_the_models()
    client = APIClient()
    client.force_authenticate(User(pk=uuid.uuid4(), role="manager"))
    _asking.append((client, contender.path))


def order_the_models() -> None:
    """As the `Meta.ordering` of a project would, in which no list says its order."""
    from systems.crm.models import Customer, Order, OrderLine

    for model, order in ((Customer, ["-created_at", "-id"]), (Order, ["-ordered_at", "-id"]), (OrderLine, ["id"])):
        model._meta.ordering = order


def fill(plan: Plan) -> None:
    """Tables with so many rows. A line is of another product than its neighbours."""
    from django.core.management import call_command
    from django.utils import timezone

    from systems.accounts.models import User
    from systems.crm.models import Customer

    call_command("migrate", verbosity=0)
    owner, _ = User.objects.get_or_create(email="sales@example.com", defaults={"role": "sales"})
    now = timezone.now()
    customers = Customer.objects.bulk_create(
        Customer(owner=owner, name=f"Customer {n}", email=f"c{n}@example.org", created_at=now - timedelta(minutes=n))
        for n in range(plan.customers)
    )
    fill_orders(plan, customers, now)


def fill_orders(plan: Plan, customers: list[Any], now: datetime) -> None:
    from systems.crm.models import Order, OrderLine, Product, Status

    price = Decimal("12.50")
    products = Product.objects.bulk_create(Product(name=f"Thing {n}", price=price, stock=9) for n in range(40))
    orders = Order.objects.bulk_create(
        Order(
            customer=customer,
            ordered_at=now - timedelta(hours=n),
            status=Status.values[n % len(Status.values)],
            total=price * plan.lines,
        )
        for customer in customers
        for n in range(plan.orders)
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product=products[(place + n) % len(products)], quantity=1, unit_price=price)
        for place, order in enumerate(orders)
        for n in range(plan.lines)
    )


def vacuum() -> None:
    """What Postgres would do by itself in the middle of a round."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


def ask() -> Any:
    """The answer as it leaves, in bytes."""
    client, path = _asking[0]
    answer = client.post(path, {"query": QUERY}, format="json")
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.content[:500]!r}")
    return answer.content


def first_answer(warm: int) -> tuple[bytes, int]:
    """The answer, and how many queries of the database it took, after so many that warmed the process up."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(warm):
        ask()
    with CaptureQueriesContext(connection) as seen:
        answer: bytes = ask()
    return answer, len(seen)


def milliseconds(plan: Plan, number: int) -> dict[str, float]:
    """The middle and the slowest of the requests of one round. Each round begins at another depth."""
    took = []
    for request in range(plan.requests):
        depth = (request * plan.rounds + number) * PIECE // (plan.requests * plan.rounds)
        began = time.perf_counter()
        deeper(depth, ask)
        took.append((time.perf_counter() - began) * 1000)
    return {"took": round(statistics.median(took), 2), "slowest": round(max(took), 2)}


def deeper(calls: int, act: Callable[[], Any]) -> Any:
    return deeper(calls - 1, act) if calls else act()
