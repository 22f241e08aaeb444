"""What the provider says of a payment, and what follows: once, in legal steps, and only where it agrees with ours."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from systems.bookings.models import Booking, Status
from systems.bookings.services import booking_cancel
from systems.outbox.models import Event
from systems.payments.errors import ProviderDown
from systems.payments.models import Discrepancy, Payment
from systems.payments.services import payment_heard_of, payment_start
from systems.payments.verification import payment_verify, payments_check
from tests.systems.paying import Sandbox

StayOf = Callable[..., Booking]


@pytest.fixture
def begun(payable: Sandbox, stay_of: StayOf) -> Payment:
    stay = stay_of(status=Status.PENDING)
    return payment_start(booking_id=stay.pk, account=stay.guest)


@pytest.fixture
def unpaged(payable: Sandbox, stay_of: StayOf) -> Payment:
    """A payment that the provider does not know yet, since it was down: so somebody else can start it there."""
    stay = stay_of(status=Status.PENDING)
    payable.faults(down=503)
    with pytest.raises(ProviderDown):
        payment_start(booking_id=stay.pk, account=stay.guest)
    payable.faults()
    return Payment.objects.get(booking=stay)


def events(*topics: str) -> list[str]:
    return sorted(Event.objects.filter(topic__in=topics or OURS).values_list("topic", flat=True))


OURS = ["payment.completed", "payment.failed", "payment.refunded", "payment.refund_due"]


def state(payment: Payment) -> tuple[str, bool]:
    """Its status, and whether its booking is paid."""
    payment.refresh_from_db()
    return payment.status, Booking.objects.get(pk=payment.booking_id).paid_at is not None


def noted(payment: Payment) -> list[str]:
    return [one.what for one in Discrepancy.objects.filter(payment=payment)]


def test_a_payment_that_was_made_pays_the_stay_once(payable: Sandbox, begun: Payment) -> None:
    payable.pay(begun.checkout_url)
    for _ in range(3):
        payment_verify(tx_ref=begun.tx_ref)
    assert state(begun) == ("completed", True)
    assert begun.reference == payable.ledger()[str(begun.tx_ref)]["reference"]
    assert events() == ["payment.completed"]


@pytest.mark.parametrize("outcome", ["failed", "cancelled"])
def test_a_payment_that_was_not_made_fails_once(payable: Sandbox, begun: Payment, outcome: str) -> None:
    payable.pay(begun.checkout_url, outcome)
    for _ in range(2):
        payment_verify(tx_ref=begun.tx_ref)
    assert state(begun) == ("failed", False)
    assert events() == ["payment.failed"]


def test_a_payment_that_nobody_made_stays_pending(begun: Payment) -> None:
    payment_verify(tx_ref=begun.tx_ref)
    assert (state(begun), events()) == (("pending", False), [])


def test_an_answer_that_is_behind_changes_nothing(payable: Sandbox, begun: Payment) -> None:
    payable.pay(begun.checkout_url)
    payable.faults(verify_behind=1)
    payment_verify(tx_ref=begun.tx_ref)
    assert state(begun) == ("pending", False)
    payment_verify(tx_ref=begun.tx_ref)
    assert state(begun) == ("completed", True)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"amount": "1.00"}, "success, with amount 1 for 240.00"),
        ({"amount": "239.99"}, "success, with amount 239.99 for 240.00"),
        ({"amount": "240.01"}, "success, with amount 240.01 for 240.00"),
        ({"amount": "240.00", "currency": "USD"}, "success, with currency USD for ETB"),
    ],
)
def test_another_amount_or_currency_pays_nothing(
    payable: Sandbox, unpaged: Payment, other: dict[str, str], said: str
) -> None:
    payable.pay(payable.initialize(str(unpaged.tx_ref), **other))
    for _ in range(2):
        payment_verify(tx_ref=unpaged.tx_ref)
    assert (state(unpaged), events()) == (("pending", False), [])
    assert noted(unpaged) == [said]


def test_a_test_payment_pays_nothing_in_earnest(payable: Sandbox, begun: Payment) -> None:
    payable.pay(begun.checkout_url)
    with payable.in_use(mode="live"):
        payment_verify(tx_ref=begun.tx_ref)
    assert (state(begun), events()) == (("pending", False), [])
    assert noted(begun) == ["success, with mode test for live"]


def test_a_payment_of_ours_that_another_made_pays_the_stay(payable: Sandbox, unpaged: Payment) -> None:
    """No matter who paid: all that we asked for is there."""
    payable.pay(payable.initialize(str(unpaged.tx_ref), amount="240"))
    payment_verify(tx_ref=unpaged.tx_ref)
    assert state(unpaged) == ("completed", True)


def test_a_payment_after_the_cancellation_is_given_back(payable: Sandbox, begun: Payment) -> None:
    stay = begun.booking
    booking_cancel(booking_id=stay.pk, account=stay.guest)
    payable.pay(begun.checkout_url)
    for _ in range(2):
        payment_verify(tx_ref=begun.tx_ref)
    assert state(begun) == ("completed", False)
    assert (begun.refund.amount, begun.refund.status) == (begun.amount, "pending")
    assert events("payment.refund_due") == ["payment.refund_due"]


def test_money_for_a_payment_that_failed_is_given_back(payable: Sandbox, begun: Payment) -> None:
    """The guest knows that it failed, and may be paying a second time."""
    Payment.objects.filter(pk=begun.pk).update(status="failed")
    payable.pay(begun.checkout_url)
    for _ in range(2):
        payment_verify(tx_ref=begun.tx_ref)
    assert state(begun) == ("failed", False)
    assert (begun.refund.amount, events()) == (begun.amount, ["payment.refund_due"])
    assert noted(begun) == ["success, of a payment that had failed"]


def test_a_refund_made_by_hand_is_kept_for_a_person(payable: Sandbox, begun: Payment) -> None:
    payable.pay(begun.checkout_url)
    payment_verify(tx_ref=begun.tx_ref)
    payable.refund(str(begun.tx_ref), "100")
    for _ in range(2):
        payment_verify(tx_ref=begun.tx_ref)
    assert (state(begun), events()) == (("completed", True), ["payment.completed"])
    assert noted(begun) == ["refunded, which we have not asked for"]


def test_a_payment_given_back_before_we_knew_pays_nothing(payable: Sandbox, begun: Payment) -> None:
    payable.pay(begun.checkout_url)
    payable.refund(str(begun.tx_ref), "240")
    payment_verify(tx_ref=begun.tx_ref)
    assert (state(begun), events()) == (("refunded", False), [])


def test_a_failure_of_a_payment_that_was_made_is_not_taken(payable: Sandbox, begun: Payment) -> None:
    payable.pay(begun.checkout_url, "failed")
    Payment.objects.filter(pk=begun.pk).update(status="completed", reference="AP")
    payment_verify(tx_ref=begun.tx_ref)
    assert (state(begun)[0], events()) == ("completed", [])
    assert noted(begun) == ["failed/cancelled, of a payment that is completed"]


def test_a_provider_that_is_down_leaves_it_pending(payable: Sandbox, begun: Payment) -> None:
    payable.pay(begun.checkout_url)
    payable.faults(down=503, requests=1)
    with pytest.raises(ProviderDown):
        payment_verify(tx_ref=begun.tx_ref)
    assert state(begun) == ("pending", False)


# --- webhooks that never came


def test_a_payment_that_is_pending_for_long_is_asked_for(begun: Payment) -> None:
    assert payments_check() == 0
    Payment.objects.update(check_at=timezone.now())
    assert (payments_check(), payments_check()) == (1, 0)
    [event] = Event.objects.filter(topic="payment.to_verify")
    assert event.payload == {"tx_ref": str(begun.tx_ref)}


@pytest.mark.parametrize(
    ("age", "next_in"),
    [
        (timedelta(seconds=5), timedelta(seconds=60)),
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(days=9), timedelta(days=1)),
    ],
)
def test_a_payment_is_asked_for_ever_more_rarely(begun: Payment, age: timedelta, next_in: timedelta) -> None:
    now = timezone.now()
    Payment.objects.update(created_at=now - age, check_at=now)
    assert payments_check() == 1
    begun.refresh_from_db()
    assert timedelta(0) <= begun.check_at - now - next_in < timedelta(seconds=30)


def test_after_a_month_only_a_webhook_asks(begun: Payment) -> None:
    now = timezone.now()
    Payment.objects.update(created_at=now - timedelta(days=31), check_at=now)
    assert payments_check() == 0
    assert payment_heard_of(tx_ref=str(begun.tx_ref))


@pytest.mark.parametrize("tx_ref", ["None", "", "stay-1", "7d0e6a4e-7a39-4a7e-9d5c-0b6f5b3f7a11", "\x00", "x" * 10_000])
def test_a_payment_that_is_unknown_is_not_asked_for(tx_ref: str) -> None:
    assert not payment_heard_of(tx_ref=tx_ref)
    assert not Event.objects.exists()
