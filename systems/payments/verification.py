"""What became of a payment: the provider's word is taken, and only where it agrees with what we asked for.

A webhook, a repeated one or a task all lead here, and nothing happens twice: each step is taken under the payment's
lock, from one status to the next, with its events in the same transaction.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from systems.bookings.services import booking_mark_paid
from systems.outbox.services import event_add
from systems.payments import provider
from systems.payments.models import Discrepancy, Payment, Refund, RefundStatus, Status
from systems.payments.provider import Report

BATCH = 500
LONGEST = timedelta(days=1)  # between two checks of one payment or refund
GIVEN_UP = timedelta(days=30)  # after that, only a webhook leads to a question
log = logging.getLogger(__name__)


def payment_verify(*, tx_ref: UUID) -> None:
    """Ask the provider what became of a payment, and take that over. Raises ProviderDown.

    Must not be called in a transaction, which would stay open while the provider is waited for.
    """
    if not Payment.objects.filter(tx_ref=tx_ref).exists() or not (report := provider.verify(tx_ref)):
        return
    with transaction.atomic():
        payment = Payment.objects.select_for_update(no_key=True).get(tx_ref=tx_ref)
        if agrees(payment, report, tx_ref=str(tx_ref), amount=payment.amount, currency=payment.currency):
            _STEPS.get(report.status, _contradict)(payment, report)


def payments_check() -> int:
    """Have the provider asked for payments that are pending for long, and for refunds; returns for how many.

    Each is asked for at most once in a while, which doubles.
    """
    return _check(Payment, Status.PENDING, _to_verify) + _check(Refund, RefundStatus.PENDING, _to_send)


def agrees(payment: Payment, report: Report, **ours: str | Decimal) -> bool:
    """Whether the provider means what we mean, in our mode. What differs is kept for a person."""
    ours["mode"] = settings.PAYMENTS_MODE
    other = [
        f"{name} {getattr(report, name)} for {value}" for name, value in ours.items() if getattr(report, name) != value
    ]
    if not report.reference:
        other.append("no reference")
    if other:
        discrepancy_add(payment, f"{report.status}, with {', '.join(other)}")
    return not other


def discrepancy_add(payment: Payment, what: str) -> None:
    log.error("payment %s: the provider says %s", payment.tx_ref, what)
    Discrepancy.objects.get_or_create(payment=payment, what=what[:300])


def refund_add(payment: Payment, amount: Decimal, reason: str) -> None:
    """Have this much given back, unless something is already. In a transaction with the payment locked."""
    refund, is_new = Refund.objects.get_or_create(
        payment=payment, defaults={"amount": amount, "reason": reason, "check_at": _in_a_while()}
    )
    if is_new:
        _to_send(refund)


def _complete(payment: Payment, report: Report) -> None:
    if payment.status == Status.PENDING:
        _move(payment, Status.COMPLETED, report)
        if not booking_mark_paid(booking_id=payment.booking_id):
            refund_add(payment, payment.amount, "paid after the booking was cancelled")
    elif payment.status == Status.FAILED and not hasattr(payment, "refund"):
        # We have said that it failed, and another payment may be under way.
        Payment.objects.filter(pk=payment.pk).update(reference=report.reference)
        discrepancy_add(payment, "success, of a payment that had failed")
        refund_add(payment, payment.amount, "paid after the payment had failed")


def _fail(payment: Payment, report: Report) -> None:
    if payment.status == Status.PENDING:
        _move(payment, Status.FAILED, report)
    elif payment.status != Status.FAILED:
        _contradict(payment, report)


def _give_back(payment: Payment, report: Report) -> None:
    """The provider says so from the moment on in which it has our refund. One that is not ours was made by hand."""
    if hasattr(payment, "refund"):
        return
    discrepancy_add(payment, f"{report.status}, which we have not asked for")
    if payment.status == Status.PENDING:
        _move(payment, Status.REFUNDED, report)


def _contradict(payment: Payment, report: Report) -> None:
    discrepancy_add(payment, f"{report.status}, of a payment that is {payment.status}")


_STEPS: dict[str, Callable[[Payment, Report], None]] = {
    "success": _complete,
    "failed/cancelled": _fail,
    "failed": _fail,
    "refunded": _give_back,
    "reversed": _give_back,
}


def _move(payment: Payment, to: str, report: Report) -> None:
    payment.status, payment.reference = to, report.reference
    payment.save(update_fields=["status", "reference", "updated_at"])
    if to != Status.REFUNDED:
        event_add(topic=f"payment.{to}", payload=about(payment, payment.amount))


def about(payment: Payment, amount: Decimal) -> dict[str, Any]:
    """What an event says of a payment."""
    money = {"amount": str(amount), "currency": payment.currency}
    return {"booking": payment.booking_id, "tx_ref": payment.tx_ref, **money}


def _check(kind: type[Any], pending: str, ask: Callable[[Any], None]) -> int:
    now, found = timezone.now(), 0
    due = kind.objects.filter(status=pending, check_at__lte=now, created_at__gt=now - GIVEN_UP).order_by("check_at")
    with transaction.atomic():
        for row in due.select_for_update(skip_locked=True, no_key=True)[:BATCH]:
            row.check_at = now + min(max(now - row.created_at, _in_a_while() - now), LONGEST)
            row.save(update_fields=["check_at"])
            ask(row)
            found += 1
    return found


def _in_a_while() -> Any:
    return timezone.now() + timedelta(seconds=settings.PAYMENTS_CHECK_SECONDS)


def _to_verify(payment: Payment) -> None:
    event_add(topic="payment.to_verify", payload={"tx_ref": payment.tx_ref})


def _to_send(refund: Refund) -> None:
    event_add(topic="payment.refund_due", payload={"refund": refund.pk})
