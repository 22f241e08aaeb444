"""What the provider says, taken over by many tasks at once: each step is taken by one of them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from systems.accounts.models import Role, User
from systems.bookings.models import Booking, Status
from systems.listings.models import Listing
from systems.outbox.models import Event
from systems.payments import provider
from systems.payments.models import Discrepancy, Payment, Refund
from systems.payments.refunds import refund_for_cancellation, refund_send
from systems.payments.services import payment_start
from systems.payments.verification import payment_verify, payments_check
from tests.systems.dates import day
from tests.systems.paying import Sandbox

AT_ONCE = 8


@pytest.fixture(autouse=True)
def nothing_lasts() -> Iterator[None]:
    """Other threads see only what is committed, so the rows are deleted instead."""
    yield
    for model in (Event, Discrepancy, Refund, Payment, Booking, Listing):
        model._default_manager.all().delete()
    User.objects.filter(email__endswith="@concurrent.example").delete()


@pytest.fixture
def payment(payable: Sandbox) -> Payment:
    guest, host = (
        User.objects.create(email=f"{role}@concurrent.example", role=role) for role in (Role.GUEST, Role.HOST)
    )
    place = Listing.objects.create(host=host, title="Flat", location="Pula", price_per_night=Decimal(80), max_guests=2)
    stay = Booking.objects.create(
        listing=place, guest=guest, check_in=day(2), check_out=day(4), guests=1, price_per_night=80, total_price=160,
        status=Status.CONFIRMED,
    )  # fmt: skip
    payment = payment_start(booking_id=stay.pk, account=guest)
    payable.pay(payment.checkout_url)
    return payment


def at_once(act: Callable[[], object]) -> None:
    together = Barrier(AT_ONCE, timeout=30)

    def run(_: int) -> None:
        together.wait()
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(run, range(AT_ONCE)))


def meeting(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Hold what the provider has answered back until all of them have an answer, and only then go on."""
    ask, together = getattr(provider, name), Barrier(AT_ONCE, timeout=30)

    def ask_and_meet(*arguments: Any) -> Any:
        answer = ask(*arguments)
        together.wait()
        return answer

    monkeypatch.setattr(provider, name, ask_and_meet)


def topics() -> list[str]:
    return sorted(Event.objects.values_list("topic", flat=True))


def test_one_of_many_tasks_completes_a_payment(payment: Payment, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting(monkeypatch, "verify")
    at_once(lambda: payment_verify(tx_ref=payment.tx_ref))
    assert topics() == ["payment.completed"]


def test_one_of_many_tasks_gives_money_back(
    payable: Sandbox, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_verify(tx_ref=payment.tx_ref)
    stay, today = payment.booking, timezone.now().date()
    at_once(lambda: refund_for_cancellation(booking_id=stay.pk, by=stay.guest_id, on=today))
    refund = Refund.objects.get()
    assert topics() == ["payment.completed", "payment.refund_due"]
    meeting(monkeypatch, "refund_verify")
    at_once(lambda: refund_send(refund_id=refund.pk))
    assert topics() == ["payment.completed", "payment.refund_due", "payment.refunded"]
    assert len(payable.ledger()[str(payment.tx_ref)]["refunds"]) == 1


def test_of_many_checks_at_once_one_asks(payment: Payment) -> None:
    Payment.objects.update(check_at=timezone.now())
    at_once(payments_check)
    assert topics() == ["payment.to_verify"]


def test_many_starts_at_once_ask_the_provider_once(
    payable: Sandbox, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    Payment.objects.update(status="failed")
    asked = list[object]()
    initialize = provider.initialize

    def count(*arguments: Any, **until: Any) -> str:
        asked.append(1)
        return initialize(*arguments, **until)

    monkeypatch.setattr(provider, "initialize", count)
    pages = set[str]()
    stay = payment.booking
    at_once(lambda: pages.add(payment_start(booking_id=stay.pk, account=stay.guest).checkout_url))
    assert (len(asked), len(pages)) == (1, 1)
