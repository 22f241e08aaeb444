"""What is done about payments in the background, where the provider may be waited for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from systems.outbox.subscriptions import on_event, on_schedule
from systems.payments import refunds, verification

Payload = dict[str, Any]


@on_event("payment.to_verify", queue="payments", once=False)
def verify(event_id: UUID, payload: Payload) -> None:
    verification.payment_verify(tx_ref=UUID(payload["tx_ref"]))


@on_event("payment.refund_due", queue="payments", once=False)
def send_refund(event_id: UUID, payload: Payload) -> None:
    refunds.refund_send(refund_id=payload["refund"])


@on_event("booking.cancelled", queue="payments")
def refund_cancelled(event_id: UUID, payload: Payload) -> None:
    at = datetime.fromisoformat(payload["at"]) if "at" in payload else timezone.now()
    refunds.refund_for_cancellation(booking_id=payload["booking"], by=payload["by"], on=at.date())


@on_event("booking.lapsed", queue="payments")
def refund_lapsed(event_id: UUID, payload: Payload) -> None:
    refunds.refund_for_lapse(booking_id=payload["booking"])


@on_schedule(once=False)
def check(slot: datetime) -> None:
    verification.payments_check()
