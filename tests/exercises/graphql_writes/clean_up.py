"""Right and wrong answers to clean-up of 32b-graphql-writes."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q

from exercises.graphql_writes.clean_up import clean_up
from tests.exercises.answers import Answers

answers = Answers(clean_up)


def no_order_since(customers: Any, cutoff: datetime) -> Any:
    from systems.crm.models import Order

    since = Order.objects.filter(customer=OuterRef("pk"), ordered_at__gte=cutoff)
    return customers.filter(~Exists(since), created_at__lt=cutoff)


def by_the_last(customers: Any, cutoff: datetime) -> Any:
    last = customers.annotate(last=Max("orders__ordered_at")).filter(created_at__lt=cutoff)
    return last.filter(Q(last__lt=cutoff) | Q(last=None))


answers.right(no_order_since)
answers.right(by_the_last)
answers.right(
    lambda customers, cutoff: customers.annotate(new=Count("orders", filter=Q(orders__ordered_at__gte=cutoff))).filter(
        new=0, created_at__lt=cutoff
    )
)
answers.right(
    lambda customers, cutoff: customers.filter(created_at__lt=cutoff).difference(
        customers.filter(orders__ordered_at__gte=cutoff)
    )
)
answers.wrong("one order at a time")(lambda customers, cutoff: customers.filter(orders__ordered_at__lt=cutoff))
answers.wrong("one order at a time")(
    lambda customers, cutoff: customers.filter(orders__ordered_at__lt=cutoff).distinct()
)
answers.wrong("an order since the cutoff")(lambda customers, cutoff: customers.exclude(orders__ordered_at__lt=cutoff))
answers.wrong("no customer before")(lambda customers, cutoff: customers.exclude(orders__ordered_at__gte=cutoff))
answers.wrong("at it, or after it")(
    lambda customers, cutoff: customers.filter(created_at__lt=cutoff).exclude(orders__ordered_at__gt=cutoff)
)
answers.wrong("once for each order")(
    lambda customers, cutoff: customers.filter(orders__ordered_at__lt=cutoff).exclude(orders__ordered_at__gte=cutoff)
)
answers.wrong("ask that there be none")(
    lambda customers, cutoff: (
        customers.filter(orders__ordered_at__lt=cutoff).exclude(orders__ordered_at__gte=cutoff).distinct()
    )
)
answers.wrong("if only by an hour")(lambda customers, cutoff: customers.filter(created_at__lt=cutoff, orders=None))
answers.wrong("if only by an hour")(
    lambda customers, cutoff: customers.filter(created_at__lt=cutoff).exclude(
        orders__ordered_at__date__gte=cutoff.date()
    )
)
answers.wrong("less than, and not equal")(
    lambda customers, cutoff: customers.filter(created_at__lte=cutoff).exclude(orders__ordered_at__gte=cutoff)
)
answers.wrong("made from `customers`")(
    lambda customers, cutoff: no_order_since(type(customers)(customers.model), cutoff)
)
answers.wrong("return a queryset")(lambda customers, cutoff: list(no_order_since(customers, cutoff)))
answers.wrong("return a queryset")(lambda customers, cutoff: None)
