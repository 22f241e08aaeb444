"""Giving money back after a stay was cancelled, by a simple policy.

All of it where the host or an admin cancelled, where the request lapsed, or where the guest cancelled in time
(REFUND_FULL_DAYS before the stay); otherwise REFUND_LATE_PERCENT of it.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from systems.outbox.services import event_add
from systems.payments import provider
from systems.payments.errors import ProviderRefused
from systems.payments.models import Payment, Refund, RefundStatus, Status
from systems.payments.verification import about, agrees, discrepancy_add, refund_add

CENT = Decimal("0.01")


def refund_for_cancellation(*, booking_id: Any, by: Any, on: date) -> None:
    """by: whose account cancelled. on: the day (UTC). Does nothing where nothing is paid, or what is was given back.

    A payment that is still under way is given back when it completes.
    """
    with transaction.atomic():
        payment = _paid(booking_id)
        if payment is None:
            return
        stay = payment.booking
        is_late = str(by) == str(stay.guest_id) and (stay.check_in - on).days < settings.REFUND_FULL_DAYS
        share = Decimal(settings.REFUND_LATE_PERCENT if is_late else 100) / 100
        if amount := (payment.amount * share).quantize(CENT, ROUND_HALF_UP):
            refund_add(payment, amount, "cancelled late" if is_late else "cancelled")


def refund_for_lapse(*, booking_id: Any) -> None:
    """All that was paid for a request that no host has answered."""
    with transaction.atomic():
        if payment := _paid(booking_id):
            refund_add(payment, payment.amount, "the request lapsed")


def refund_send(*, refund_id: Any) -> None:
    """Ask the provider for a refund that is pending, and note that it is done. Raises ProviderDown.

    The same refund may be sent any number of times: the provider knows it by its reference. Must not be called in a
    transaction.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.status == RefundStatus.PENDING:
        try:
            report = _send(refund)
        except ProviderRefused as error:
            _end(refund, RefundStatus.FAILED, f"no refund: {error}")
        else:
            _end(refund, RefundStatus.COMPLETED, "", report)


def _paid(booking_id: Any) -> Payment | None:
    paid = Payment.objects.filter(booking=booking_id, status=Status.COMPLETED).select_related("booking")
    return paid.select_for_update(of=("self",), no_key=True).first()


def _send(refund: Refund) -> provider.Report:
    form = {"amount": str(refund.amount), "reference": str(refund.reference), "reason": refund.reason}
    refund.provider_reference = provider.refund(refund.payment.reference, form)
    return provider.refund_verify(refund.provider_reference)


@transaction.atomic
def _end(refund: Refund, status: str, why: str, report: provider.Report | None = None) -> None:
    payment = Payment.objects.select_for_update(no_key=True).get(pk=refund.payment_id)
    if Refund.objects.get(pk=refund.pk).status != RefundStatus.PENDING:
        return  # another worker was sooner
    ours: dict[str, str | Decimal] = {
        "amount": refund.amount,
        "reference": str(refund.reference),
        "tx_ref": str(payment.tx_ref),
    }
    if report and not agrees(payment, report, status="refunded", currency=payment.currency, **ours):
        status = RefundStatus.FAILED
    if why:
        discrepancy_add(payment, why)
    refund.status = status
    refund.save(update_fields=["status", "provider_reference", "updated_at"])
    if status == RefundStatus.COMPLETED:
        payment.status = Status.REFUNDED
        payment.save(update_fields=["status", "updated_at"])
        event_add(topic="payment.refunded", payload=about(payment, refund.amount))
