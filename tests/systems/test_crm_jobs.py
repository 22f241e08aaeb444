"""What the CRM does by itself: what it changes, whom it tells, by a real SMTP server, and what it leaves alone."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests
from django.utils import timezone

import nexus
from nexus.lab import Own
from systems.accounts.models import Role, User
from systems.crm import tasks
from systems.crm.models import Customer, Order, Product, Status
from systems.outbox.models import Event

Mail = dict[str, Any]
Inbox = Callable[[], list[Mail]]
OrderOf = Callable[..., Order]
CustomerOf = Callable[..., Customer]
ProductOf = Callable[..., Product]
MONDAY = datetime(2026, 11, 30, 6, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
HANDLERS = {
    "crm.restocked": tasks.tell_manager_of_restock,
    "crm.week_over": tasks.tell_manager_of_week,
    "crm.order_waits": tasks.tell_customer_of_order,
}


@pytest.fixture(scope="module")
def server(worker_id: str) -> Iterator[Own]:
    lab = nexus.open(f"test-crm-jobs-{worker_id}", needs=())
    yield lab.own("inbox")
    lab.close()


@pytest.fixture
def inbox(server: Own, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    """Does what the relay and a worker would do with the events, and returns the mails, the oldest first."""
    address = urlsplit(server.url)
    monkeypatch.setattr("django.conf.settings.EMAIL_HOST", address.hostname)
    monkeypatch.setattr("django.conf.settings.EMAIL_PORT", address.port)
    requests.delete(f"{server.page}/messages.json", timeout=30).raise_for_status()

    def read() -> list[Mail]:
        for event in Event.objects.order_by("id"):
            HANDLERS[event.topic](event.event_id, event.payload)
            event.delete()
        return list(requests.get(f"{server.page}/messages.json", timeout=30).json())

    return read


def test_each_manager_gets_a_restock_mail(inbox: Inbox, person: Callable[..., User], product_of: ProductOf) -> None:
    managers = [person(Role.MANAGER), person(Role.MANAGER)]
    person(Role.SALES)
    User.objects.filter(pk=person(Role.MANAGER).pk).update(is_active=False)
    low, other = product_of(name="Lamp <b>", stock=9), product_of(name="Desk", stock=10)
    tasks.restock(MONDAY)
    mails = inbox()
    assert sorted(mail["to"][0] for mail in mails) == sorted(manager.email for manager in managers)
    assert {mail["subject"] for mail in mails} == {"1 product ordered again"}
    assert "19 of Lamp <b>\n" in mails[0]["text"].replace("\r\n", "\n")
    assert "Lamp &lt;b&gt;" in mails[0]["html"]
    assert "Desk" not in mails[0]["text"]
    low.refresh_from_db()
    other.refresh_from_db()
    assert (low.stock, other.stock) == (19, 10)


def test_nothing_low_is_no_mail(inbox: Inbox, manager: User, product_of: ProductOf) -> None:
    product_of(stock=10)
    tasks.restock(MONDAY)
    assert inbox() == []


def test_a_customer_is_reminded_of_an_order_once(inbox: Inbox, order_of: OrderOf, product_of: ProductOf) -> None:
    order = order_of(products={product_of(name="Lamp", price=Decimal("12.50")): 2}, ordered_at=MONDAY - 2 * DAY)
    tasks.remind(MONDAY)
    tasks.remind(MONDAY + DAY)
    [mail] = inbox()
    assert mail["to"] == [order.customer.email]
    assert mail["headers"]["Reply-To"] == order.customer.owner.email
    assert mail["subject"] == f"Order {order.pk} waits for its payment"
    for form in ("text", "html"):
        assert "2 of Lamp" in mail[form]
        assert "25.00" in mail[form]


@pytest.mark.parametrize(
    ("age", "status", "count"),
    [
        (DAY - SECOND, Status.PENDING, 0),
        (DAY, Status.PENDING, 1),
        (7 * DAY - SECOND, Status.PENDING, 1),
        (7 * DAY, Status.PENDING, 0),
        (2 * DAY, Status.PAID, 0),
        (2 * DAY, Status.CANCELLED, 0),
    ],
)
def test_which_orders_a_customer_is_reminded_of(age: timedelta, status: str, count: int, order_of: OrderOf) -> None:
    order_of(ordered_at=MONDAY - age, status=status)
    tasks.remind(MONDAY)
    assert Event.objects.count() == count


def test_who_has_paid_meanwhile_gets_no_reminder(inbox: Inbox, order_of: OrderOf) -> None:
    order = order_of(ordered_at=MONDAY - 2 * DAY)
    tasks.remind(MONDAY)
    Order.objects.filter(pk=order.pk).update(status=Status.PAID)
    assert inbox() == []


def test_a_report_is_of_the_week_before_its_slot(
    inbox: Inbox, manager: User, order_of: OrderOf, customer_of: CustomerOf, product_of: ProductOf
) -> None:
    """However late it is made."""
    old = customer_of(created_at=MONDAY - 8 * DAY)
    customer_of(created_at=MONDAY - 7 * DAY)
    customer_of(created_at=MONDAY)
    for at, status, price in [
        (MONDAY - 7 * DAY - SECOND, Status.PAID, 1),
        (MONDAY - 7 * DAY, Status.PAID, 10),
        (MONDAY - DAY, Status.CANCELLED, 100),
        (MONDAY - SECOND, Status.PENDING, 1_000),
        (MONDAY, Status.PAID, 10_000),
    ]:
        order_of(customer=old, products={product_of(price=Decimal(price)): 1}, ordered_at=at, status=status)
    tasks.report(MONDAY)
    [mail] = inbox()
    assert mail["to"] == [manager.email]
    assert mail["subject"] == "The week until 30 November 2026"
    assert "from 23 November 2026, 06:00 to 30 November 2026, 06:00, in UTC" in mail["text"]
    numbers = [line.partition(": ")[2] for line in mail["text"].splitlines() if ": " in line]
    assert numbers == ["1", "2, without those that were cancelled", "1010.00"]


def test_a_week_without_orders_has_a_report(inbox: Inbox, manager: User) -> None:
    tasks.report(MONDAY)
    assert "Revenue: 0" in inbox()[0]["text"]


def test_the_clean_up_leaves_the_active_customers(
    customer_of: CustomerOf, order_of: OrderOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual filter, "has an order older than a year", takes those who have bought for years."""
    monkeypatch.setattr("systems.crm.services.BATCH", 2)
    sunday, then = datetime(2026, 11, 29, 2, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
    active = [customer_of(created_at=then) for _ in range(3)]
    idle = [customer_of(created_at=then) for _ in range(5)]
    for customer in active + idle:
        order_of(customer=customer, ordered_at=then, status=Status.DELIVERED)
    for customer in active:
        order_of(customer=customer, ordered_at=sunday - 30 * DAY, status=Status.DELIVERED)
    usual = Customer.objects.filter(orders__ordered_at__lt=sunday - 365 * DAY).distinct()
    assert usual.filter(pk__in=[customer.pk for customer in active]).count() == 3
    tasks.clean_up(sunday)
    assert set(Customer.objects.values_list("pk", flat=True)) == {customer.pk for customer in active}
    assert Order.objects.count() == 6
    tasks.clean_up(sunday)
    assert Customer.objects.count() == 3


def test_a_late_heartbeat_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "systems.crm")
    tasks.heartbeat(timezone.now())
    tasks.heartbeat(timezone.now() - timedelta(minutes=7))
    assert [(one.levelname, one.getMessage()[-18:]) for one in caplog.records] == [
        ("INFO", "the CRM is alive"),
        ("WARNING", "came 420 seconds late"[-18:]),
    ]


def test_a_manager_no_more_gets_no_report(inbox: Inbox, manager: User) -> None:
    tasks.report(MONDAY)
    User.objects.filter(pk=manager.pk).update(role=Role.SALES)
    assert inbox() == []


def test_a_mail_is_named_by_its_event(inbox: Inbox, order_of: OrderOf) -> None:
    order, event_id = order_of(ordered_at=MONDAY - 2 * DAY), uuid4()
    for _ in range(2):
        tasks.tell_customer_of_order(event_id, {"order": order.pk})
    assert {mail["headers"]["Message-ID"] for mail in inbox()} == {f"<{event_id}.order_waits@example.com>"}
