"""The exercises of 32b-graphql-writes: a clean-up, whose customer it is, a restock, and an order of several products.

An answer gets querysets of the CRM's models, which hold the rows of the exercise and no others.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier, Event
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q

from nexus import Lab
from nexus.exercises import Chapter, Finding, attempt, in_threads

chapter = Chapter("32b-graphql-writes")
check = chapter.check

APPS = ["django.contrib.postgres", "systems.accounts", "systems.crm"]
PATIENCE = 8.0  # seconds, for all that a check starts in threads
MOMENT = 0.02  # seconds between two looks
NO_END = "no end"


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


def alone(answer: Callable[..., Any], *arguments: Any) -> Any:
    """What it returns or raised: in a thread, as one that tries again may do so for ever."""
    return at_once(partial(answer, *arguments))[0]


def without_end() -> Finding:
    hint = "a loop that tries again needs an end: where too few are left, no further try will help"
    return Finding("it comes to an end", "an end", NO_END, hint)


def stocks_of(products: Any) -> list[int]:
    return list(products.order_by("pk").values_list("stock", flat=True))


def within(act: Callable[[], Any]) -> Any:
    """What it returns or raised, and a transaction around that can go on."""

    def guarded() -> Any:
        with transaction.atomic():
            return act()

    return attempt(guarded)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each returns or raised, in threads that begin together, on connections of their own."""
    all_connected = Barrier(len(acts), timeout=PATIENCE / 2)

    def on_own_connection(act: Callable[[], Any]) -> Any:
        try:
            with connection.cursor() as cursor:
                cursor.execute("set lock_timeout = '5s'")
            all_connected.wait()
            return act()
        finally:
            connection.close()

    return in_threads([partial(attempt, on_own_connection, act) for act in acts], PATIENCE, NO_END)


@contextmanager
def after_the_first(kind: str, then: Callable[[], Any]) -> Iterator[None]:
    """Calls `then` once, after the first statement on products that begins with one of these words has been run."""
    left = [then]

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if left and sql.startswith(tuple(kind.split())) and "crm_product" in sql:
            left.pop()()
        return result

    with connection.execute_wrapper(wrapper):
        yield


class Meeting:
    """Two acts. Each waits after its first statement: until the other has come as far, waits for it, or is over.

    That the other waits for a row is asked of Postgres: how long it takes to get there is nobody's guess.
    """

    def __init__(self) -> None:
        self.settled, self.backends = (Event(), Event()), dict[int, int]()

    def act(self, place: int, kind: str, act: Callable[[], Any]) -> Callable[[], Any]:
        """place: 0 or 1. To be run on a connection of its own that is open."""

        def run() -> Any:
            self.backends[place] = connection.connection.info.backend_pid
            try:
                with after_the_first(kind, lambda: self.wait(place)):
                    return act()
            finally:
                self.settled[place].set()

        return run

    def wait(self, place: int) -> None:
        other, deadline = 1 - place, time.monotonic() + PATIENCE / 2
        self.settled[place].set()
        while not (self.settled[other].wait(MOMENT) or self.is_blocked(other)) and time.monotonic() < deadline:
            pass

    def is_blocked(self, place: int) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("select cardinality(pg_blocking_pids(%s::int)) > 0", [self.backends.get(place)])
            return bool(cursor.fetchone()[0])


# --- clean-up

CUTOFF = datetime(2029, 6, 1, tzinfo=UTC)
LONG_AGO, LATELY = CUTOFF - timedelta(days=300), CUTOFF + timedelta(days=7)
ONE_AT_A_TIME = "a filter over orders looks at one order at a time: an old one is enough. Exclude those with a new one"
# Who, customer since, orders, how often found, and why.
BUYERS: list[tuple[str, datetime, list[datetime], int, str, str]] = [
    ("Bo", LONG_AGO, [LONG_AGO, LATELY], 0, "Bo, with an old order and a new one, stays", ONE_AT_A_TIME),
    ("Cleo", LONG_AGO, [LATELY], 0, "Cleo, with a new order alone, stays", "she has an order since the cutoff"),
    ("Dan", LONG_AGO, [LONG_AGO], 1, "Dan, with an old order alone, is found", "he has no order since the cutoff"),
    (
        "Eve", LONG_AGO, [LONG_AGO, LONG_AGO + timedelta(days=1)], 1, "Eve, with two old orders, is found once",
        "a join gives a customer once for each order that fits: exclude does not",
    ),
    (
        "Flo", LONG_AGO, [], 1, "Flo, an old customer who never ordered, is found",
        "she has no order that could be old: don't ask for one, ask that there be none since the cutoff",
    ),
    (
        "Gus", LATELY, [], 0, "Gus, who came last week and has not ordered yet, stays",
        "he was no customer before the cutoff: `created_at`",
    ),
    ("Hal", LONG_AGO, [CUTOFF], 0, "Hal, who ordered at the cutoff, stays", "since the cutoff: at it, or after it"),
]  # fmt: skip


@chapter.exercise("clean-up")
def clean_up(lab: Lab, answer: Any) -> Iterator[Finding]:
    set_up(lab)
    with selling() as (customers, mine, _):
        for name, since, moments, *_ in BUYERS:
            buyer = customers.create(owner=mine, name=name, email=f"{name}@exercise.example", created_at=since)
            for moment in moments:
                buyer.orders.create(ordered_at=moment, total=1)
        found = within(lambda: [one.name for one in answer(customers, CUTOFF)])
        if isinstance(found, str):
            yield Finding("the customers are found", "customers", found, "return a queryset, made from `customers`")
            return
        for name, _, _, times, what, hint in BUYERS:
            yield Finding(what, times, found.count(name), hint)


def no_order_since(customers: Any, cutoff: datetime) -> Any:
    from systems.crm.models import Order

    since = Order.objects.filter(customer=OuterRef("pk"), ordered_at__gte=cutoff)
    return customers.filter(~Exists(since), created_at__lt=cutoff)


def by_the_last(customers: Any, cutoff: datetime) -> Any:
    last = customers.annotate(last=Max("orders__ordered_at")).filter(created_at__lt=cutoff)
    return last.filter(Q(last__lt=cutoff) | Q(last=None))


clean_up.right(no_order_since)
clean_up.right(by_the_last)
clean_up.right(
    lambda customers, cutoff: customers.annotate(new=Count("orders", filter=Q(orders__ordered_at__gte=cutoff))).filter(
        new=0, created_at__lt=cutoff
    )
)
clean_up.wrong("one order at a time")(lambda customers, cutoff: customers.filter(orders__ordered_at__lt=cutoff))
clean_up.wrong("one order at a time")(
    lambda customers, cutoff: customers.filter(orders__ordered_at__lt=cutoff).distinct()
)
clean_up.wrong("an order since the cutoff")(lambda customers, cutoff: customers.exclude(orders__ordered_at__lt=cutoff))
clean_up.wrong("no customer before")(lambda customers, cutoff: customers.exclude(orders__ordered_at__gte=cutoff))
clean_up.wrong("at it, or after it")(
    lambda customers, cutoff: customers.filter(created_at__lt=cutoff).exclude(orders__ordered_at__gt=cutoff)
)
clean_up.wrong("once for each order")(
    lambda customers, cutoff: customers.filter(orders__ordered_at__lt=cutoff).exclude(orders__ordered_at__gte=cutoff)
)
clean_up.wrong("ask that there be none")(
    lambda customers, cutoff: (
        customers.filter(orders__ordered_at__lt=cutoff).exclude(orders__ordered_at__gte=cutoff).distinct()
    )
)
clean_up.wrong("return a queryset")(lambda customers, cutoff: None)


# --- whose

NAMED = "name what may be changed, `name` and `phone`: what a client may send is not what it may change"


@chapter.exercise("whose")
def whose(lab: Lab, answer: Any) -> Iterator[Finding]:
    set_up(lab)
    with selling() as (customers, mine, other):
        ada = customers.create(owner=mine, name="Ada", email="ada@exercise.example", phone="+251 911 000000")
        bo = customers.create(owner=other, name="Bo", email="bo@exercise.example")

        def after(customer: Any, *columns: str, **said: Any) -> tuple[Any, ...]:
            """What is answered, and what the customer is then."""
            told = within(lambda: answer(customers, mine, {"id": customer.pk, **said}))
            return told, *customers.values_list(*columns).get(pk=customer.pk)

        yield Finding(
            "a new name for one's own",
            (True, "Ada B.", "+251 911 000000"),
            after(ada, "name", "phone", name="Ada B."),
            "change what was said and leave the rest; return True if a row was changed",
        )
        yield Finding(
            "a new phone for one's own",
            (True, "Ada B.", "+251 911 111111"),
            after(ada, "name", "phone", phone="+251 911 111111"),
            "the name was not said this time, and stays",
        )
        yield Finding(
            "no new name for somebody else's",
            (False, "Bo"),
            after(bo, "name", name="Mine"),
            "find it among the account's own: `filter(pk=..., owner=account)`. The row count says whether it was there",
        )
        yield Finding(
            "nor with the owner's name in the input",
            (False, "Bo"),
            after(bo, "name", name="Mine", owner=other.pk),
            "who asks is in `account`, from the token: never in what the client says",
        )
        yield Finding(
            "none can be given away",
            (True, "Ada C.", "mine"),
            after(ada, "name", "owner__name", name="Ada C.", owner=other.pk),
            NAMED,
        )
        yield Finding(
            "an address stays as it is",
            (True, "Ada D.", "ada@exercise.example"),
            after(ada, "name", "email", name="Ada D.", email="new@exercise.example"),
            NAMED,
        )
        yield Finding(
            "one that is not there is not changed",
            False,
            within(lambda: answer(customers, mine, {"id": 0, "name": "Nobody"})),
            "no row, no change: False, and no error",
        )


ALLOWED = ("name", "phone")


def only(said: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: said[name] for name in names if name in said}


@whose.right
def locks_and_saves(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    customer = account.customers.select_for_update().filter(pk=said["id"]).first()
    if customer is None:
        return False
    for name, value in only(said, *ALLOWED).items():
        setattr(customer, name, value)
    customer.save(update_fields=ALLOWED)
    return True


@whose.wrong("among the account's own")
def by_its_id(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    return bool(customers.filter(pk=said["id"]).update(**only(said, *ALLOWED)))


@whose.wrong("never in what the client says")
def by_what_the_client_says(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    owner = said.get("owner", account.pk)
    return bool(customers.filter(pk=said["id"], owner=owner).update(**only(said, *ALLOWED)))


@whose.wrong("what a client may send")
def with_all_that_was_sent(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    return bool(customers.filter(pk=said["id"], owner=account).update(**said))


@whose.wrong("what a client may send")
def with_all_but_the_owner(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    rest = {name: value for name, value in said.items() if name in ("name", "phone", "email")}
    return bool(customers.filter(pk=said["id"], owner=account).update(**rest))


@whose.wrong("was not said this time")
def always_both(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    found = customers.filter(pk=said["id"], owner=account)
    if "phone" in said and "name" not in said:
        return bool(found.update(name="", phone=said["phone"]))
    return bool(found.update(**only(said, *ALLOWED)))


@whose.wrong("no row, no change")
def gets_it(customers: Any, account: Any, said: Mapping[str, Any]) -> bool:
    if said["id"]:
        return bool(customers.filter(pk=said["id"], owner=account).update(**only(said, *ALLOWED)))
    return bool(customers.get(pk=said["id"], owner=account))


@whose.wrong("return True")
def returns_nothing(customers: Any, account: Any, said: Mapping[str, Any]) -> None:
    customers.filter(pk=said["id"], owner=account).update(**only(said, *ALLOWED))


# --- restock


@chapter.exercise("restock")
def restock(lab: Lab, answer: Any) -> Iterator[Finding]:
    set_up(lab)
    with on_the_shelf(2, 9, 10, 50) as (products, _):
        told = alone(answer, products)
        if told == NO_END:
            yield without_end()
            return
        yield Finding(
            "of 2, 9, 10 and 50 left, two run low",
            (2, [12, 19, 10, 50]),
            (told, stocks_of(products)),
            "ten more of each of which fewer than ten are left; return how many products that were",
        )
    with on_the_shelf(5) as (products, _):
        yield Finding(
            "one that is sold meanwhile is not there again",
            [14],
            sold_meanwhile(answer, products),
            "between your read and your write somebody bought one. Let the database add: F(), in an update",
        )
    with on_the_shelf(2) as (products, _):
        meeting, act = Meeting(), partial(answer, products)
        told = at_once(*(meeting.act(place, "SELECT UPDATE", act) for place in (0, 1)))
        yield Finding(
            "of two who restock at once, one does",
            ([0, 1], [12]),
            (sorted(told, key=str), stocks_of(products)),
            "both have read 2, and both add. The condition belongs into the same statement as the change",
        )


def sold_meanwhile(answer: Any, products: Any) -> list[int]:
    """The stock of the one product, after a restock during which one is sold as soon as that can be."""
    meeting = Meeting()

    def sell() -> None:
        meeting.settled[0].wait(PATIENCE / 2)
        products.update(stock=F("stock") - 1)

    at_once(meeting.act(0, "SELECT UPDATE", partial(answer, products)), meeting.act(1, "UPDATE", sell))
    return stocks_of(products)


@restock.right
def locks_them(products: Any) -> int:
    with transaction.atomic():
        low = list(products.select_for_update().filter(stock__lt=10).order_by("pk"))
        for product in low:
            product.stock += 10
            product.save()
    return len(low)


@restock.right
def one_by_one_under_the_condition(products: Any) -> int:
    keys = list(products.filter(stock__lt=10).order_by("pk").values_list("pk", flat=True))
    return sum(products.filter(pk=key, stock__lt=10).update(stock=F("stock") + 10) for key in keys)


@restock.wrong("Let the database add")
def adds_in_python(products: Any) -> int:
    low = list(products.filter(stock__lt=10))
    for product in low:
        product.stock += 10
        product.save()
    return len(low)


@restock.wrong("Let the database add")
def adds_in_python_in_a_transaction(products: Any) -> int:
    with transaction.atomic():
        return int(adds_in_python(products))


@restock.wrong("belongs into the same statement")
def adds_to_those_it_read(products: Any) -> int:
    keys = list(products.filter(stock__lt=10).values_list("pk", flat=True))
    return int(products.filter(pk__in=keys).update(stock=F("stock") + 10))


@restock.wrong("belongs into the same statement")
def counts_first(products: Any) -> int:
    low = products.filter(stock__lt=10)
    count = low.count()
    low.update(stock=F("stock") + 10)
    return int(count)


@restock.wrong("fewer than ten")
def ten_as_well(products: Any) -> int:
    return int(products.filter(stock__lte=10).update(stock=F("stock") + 10))


# --- all-or-nothing

ROLL_BACK = "what was taken before must be given back: one transaction, and a rollback where something is missing"


@chapter.exercise("all-or-nothing")
def all_or_nothing(lab: Lab, answer: Any) -> Iterator[Finding]:
    set_up(lab)
    with on_the_shelf(3, 5) as (products, (cup, pot)):
        cases = [
            ("there is enough of both", {cup: 1, pot: 2}, (True, [2, 3]), "take each, and return True"),
            ("too few of the last one: nothing is taken", {cup: 1, pot: 9}, (False, [2, 3]), ROLL_BACK),
            ("too few of the first one: nothing is taken", {cup: 9, pot: 1}, (False, [2, 3]), ROLL_BACK),
            ("named the other way round: the same", {pot: 1, cup: 9}, (False, [2, 3]), ROLL_BACK),
            ("all that there is", {cup: 2, pot: 3}, (True, [0, 0]), "exactly as many as are left may be taken"),
        ]
        for what, wanted, expected, hint in cases:
            told = alone(answer, products, wanted)
            if told == NO_END:
                yield without_end()
                return
            yield Finding(what, expected, (told, stocks_of(products)), hint)
    with on_the_shelf(1, 5) as (products, (cup, pot)):
        both = race_for(answer, products, {cup: 1, pot: 1}, {cup: 1, pot: 1}, "SELECT UPDATE")
        yield Finding(
            "two want the last one at once: one gets it",
            (["False", "True"], [0, 4]),
            (both, stocks_of(products)),
            "look and take in one statement, `filter(stock__gte=...).update(...)`, and go by its row count",
        )
    with on_the_shelf(9, 9) as (products, (cup, pot)):
        both = race_for(answer, products, {cup: 1, pot: 1}, {pot: 1, cup: 1}, "UPDATE")
        yield Finding(
            "two orders that name the same two the other way round are both made",
            (["True", "True"], [7, 7]),
            (both, stocks_of(products)),
            "each holds what the other needs: take them in the same order, whatever the order says",
        )


def race_for(answer: Any, products: Any, one: dict[int, int], other: dict[int, int], kind: str) -> list[str]:
    meeting = Meeting()
    acts = [meeting.act(place, kind, partial(answer, products, wanted)) for place, wanted in enumerate((one, other))]
    return sorted(str(told).partition(":")[0] for told in at_once(*acts))


def take(products: Any, wanted: Mapping[int, int]) -> bool:
    """Whether there was enough of each; those before the first of which there was not are taken."""
    return all(
        products.filter(pk=key, stock__gte=quantity).update(stock=F("stock") - quantity)
        for key, quantity in wanted.items()
    )


@all_or_nothing.right
def locks_first(products: Any, wanted: Mapping[int, int]) -> bool:
    with transaction.atomic():
        locked = list(products.select_for_update().filter(pk__in=wanted).order_by("pk"))
        if any(product.stock < wanted[product.pk] for product in locked):
            return False
        for product in locked:
            product.stock -= wanted[product.pk]
            product.save()
    return True


@all_or_nothing.right
def raises_inside(products: Any, wanted: Mapping[int, int]) -> bool:
    with suppress(LookupError), transaction.atomic():
        if not take(products, dict(sorted(wanted.items()))):
            raise LookupError
        return True
    return False


all_or_nothing.wrong("a rollback where something is missing")(take)


@all_or_nothing.wrong("a rollback where something is missing")
def leaves_with_a_return(products: Any, wanted: Mapping[int, int]) -> bool:
    with transaction.atomic():
        return take(products, dict(sorted(wanted.items())))


@all_or_nothing.wrong("in the same order")
def in_the_order_of_the_order(products: Any, wanted: Mapping[int, int]) -> bool:
    with transaction.atomic():
        if not (taken := take(products, wanted)):
            transaction.set_rollback(True)
    return taken


@all_or_nothing.wrong("in one statement")
def looks_first(products: Any, wanted: Mapping[int, int]) -> bool:
    with transaction.atomic():
        found = {product.pk: product for product in products.filter(pk__in=wanted).order_by("pk")}
        if any(found[key].stock < quantity for key, quantity in wanted.items()):
            return False
        for key, product in found.items():
            product.stock = F("stock") - wanted[key]
            product.save()
    return True


@all_or_nothing.wrong("no further try will help")
def tries_for_ever(products: Any, wanted: Mapping[int, int]) -> bool:
    while any(products.get(pk=key).stock < quantity for key, quantity in wanted.items()):
        pass
    return take(products, wanted)


@all_or_nothing.wrong("exactly as many")
def keeps_one_back(products: Any, wanted: Mapping[int, int]) -> bool:
    with transaction.atomic():
        for key, quantity in sorted(wanted.items()):
            if not products.filter(pk=key, stock__gt=quantity).update(stock=F("stock") - quantity):
                transaction.set_rollback(True)
                return False
    return True
