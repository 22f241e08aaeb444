"""How much is given back after a cancellation, and that it is given once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from systems.accounts.models import Role, User
from systems.bookings.models import Booking, Status
from systems.bookings.services import booking_cancel, bookings_lapse
from systems.outbox.models import Event
from systems.payments import tasks
from systems.payments.errors import ProviderDown
from systems.payments.models import Discrepancy, Payment, Refund
from systems.payments.refunds import refund_send
from systems.payments.services import payment_start
from systems.payments.verification import payment_verify, payments_check
from tests.systems.paying import Sandbox

StayOf = Callable[..., Booking]
HANDLERS = {"booking.cancelled": tasks.refund_cancelled, "booking.lapsed": tasks.refund_lapsed}


def paid(sandbox: Sandbox, stay: Booking) -> Payment:
    payment = payment_start(booking_id=stay.pk, account=stay.guest)
    sandbox.pay(payment.checkout_url)
    payment_verify(tx_ref=payment.tx_ref)
    return Payment.objects.get(pk=payment.pk)


def handle() -> None:
    """What a worker does for the events of bookings that there are."""
    for event in Event.objects.filter(topic__in=HANDLERS):
        HANDLERS[event.topic](event.event_id, event.payload)


def cancelled(stay: Booking, by: User) -> list[Decimal]:
    """What is to be given back after this account cancelled."""
    booking_cancel(booking_id=stay.pk, account=by)
    handle()
    return list(Refund.objects.values_list("amount", flat=True))


@pytest.fixture
def due(payable: Sandbox, stay_of: StayOf) -> Refund:
    """A refund of a half that was decided and not sent."""
    stay = stay_of(start=2, end=4)
    paid(payable, stay)
    cancelled(stay, stay.guest)
    return Refund.objects.get()


@pytest.mark.parametrize(("days", "amount"), [(30, "240.00"), (7, "240.00"), (6, "120.00"), (1, "120.00")])
def test_a_guest_gets_all_back_until_a_week_before(payable: Sandbox, stay_of: StayOf, days: int, amount: str) -> None:
    stay = stay_of(start=days, end=days + 3)
    paid(payable, stay)
    assert cancelled(stay, stay.guest) == [Decimal(amount)]


@pytest.mark.parametrize("who", ["host", "admin"])
@pytest.mark.parametrize("status", [Status.PENDING, Status.CONFIRMED])
def test_whom_others_cancel_gets_all_back(
    payable: Sandbox, stay_of: StayOf, person: Callable[..., User], who: str, status: str
) -> None:
    stay = stay_of(start=1, end=4, status=status)
    paid(payable, stay)
    assert cancelled(stay, stay.listing.host if who == "host" else person(Role.ADMIN)) == [Decimal(240)]


def test_a_request_that_lapses_is_given_back_whole(payable: Sandbox, stay_of: StayOf) -> None:
    stay = stay_of(start=1, end=4, status=Status.PENDING)
    paid(payable, stay)
    Booking.objects.update(created_at=timezone.now() - timedelta(hours=25))
    bookings_lapse()
    handle()
    assert Refund.objects.get().amount == 240


@pytest.mark.parametrize(("percent", "amounts"), [(33, [Decimal("79.20")]), (0, []), (100, [Decimal(240)])])
def test_the_share_of_the_late_is_a_setting(
    payable: Sandbox, stay_of: StayOf, monkeypatch: pytest.MonkeyPatch, percent: int, amounts: list[Decimal]
) -> None:
    monkeypatch.setattr("django.conf.settings.REFUND_LATE_PERCENT", percent)
    stay = stay_of(start=1, end=4)
    paid(payable, stay)
    assert cancelled(stay, stay.guest) == amounts


def test_the_day_of_the_cancellation_counts_not_the_workers(payable: Sandbox, stay_of: StayOf) -> None:
    """While RabbitMQ is down, events wait."""
    stay = stay_of(start=1, end=4)
    paid(payable, stay)
    long_ago = str(timezone.now() - timedelta(days=20))
    said = {"booking": str(stay.pk), "by": str(stay.guest_id), "at": long_ago}
    tasks.refund_cancelled(uuid4(), said)
    assert Refund.objects.get().amount == 240


def test_a_stay_that_nobody_paid_gives_nothing_back(stay_of: StayOf) -> None:
    stay = stay_of()
    assert cancelled(stay, stay.guest) == []


def test_a_cancellation_handled_twice_gives_back_once(payable: Sandbox, due: Refund) -> None:
    handle()
    assert Refund.objects.count() == Event.objects.filter(topic="payment.refund_due").count() == 1


# --- at the provider


def at_provider(sandbox: Sandbox, refund: Refund) -> list[tuple[Decimal, str]]:
    found = sandbox.ledger()[str(refund.payment.tx_ref)]["refunds"]
    return [(Decimal(one["amount"]), one["reference"]) for one in found]


def refunded_events() -> list[dict[str, str]]:
    return list(Event.objects.filter(topic="payment.refunded").values_list("payload", flat=True))


def test_a_refund_sent_again_and_again_is_made_once(payable: Sandbox, due: Refund) -> None:
    for _ in range(3):
        refund_send(refund_id=due.pk)
    assert at_provider(payable, due) == [(due.amount, str(due.reference))]
    due.refresh_from_db()
    assert (due.status, due.payment.status) == ("completed", "refunded")
    assert [said["amount"] for said in refunded_events()] == ["80.00"]
    payment_verify(tx_ref=due.payment.tx_ref)  # which the webhook of the refund leads to
    assert not Discrepancy.objects.exists()


def test_a_refund_whose_answer_was_lost_is_made_once(payable: Sandbox, due: Refund) -> None:
    payable.faults(lost="close", requests=1)
    with pytest.raises(ProviderDown):
        refund_send(refund_id=due.pk)
    due.refresh_from_db()
    assert (due.status, len(at_provider(payable, due))) == ("pending", 1)
    refund_send(refund_id=due.pk)
    assert (len(at_provider(payable, due)), len(refunded_events())) == (1, 1)


def test_a_refund_that_the_provider_refuses_is_a_persons(payable: Sandbox, due: Refund) -> None:
    payable.refund(str(due.payment.tx_ref), "150")  # by hand; of 160, less than the half is left
    for _ in range(2):
        refund_send(refund_id=due.pk)
    due.refresh_from_db()
    assert (due.status, due.payment.status, refunded_events()) == ("failed", "completed", [])
    assert "no refund: The refund must be more than 0" in Discrepancy.objects.get().what


def test_a_refund_of_the_other_mode_is_a_persons(payable: Sandbox, due: Refund) -> None:
    with payable.in_use(mode="live"):
        refund_send(refund_id=due.pk)
    due.refresh_from_db()
    assert (due.status, refunded_events()) == ("failed", [])
    assert Discrepancy.objects.get().what == "refunded, with mode test for live"


def test_a_refund_that_is_pending_for_long_is_sent_again(payable: Sandbox, due: Refund) -> None:
    Refund.objects.update(check_at=timezone.now())
    assert (payments_check(), payments_check()) == (1, 0)
    assert Event.objects.filter(topic="payment.refund_due").count() == 2
