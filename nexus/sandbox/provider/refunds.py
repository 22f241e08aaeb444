"""Giving money back. The merchant's own reference makes a repeated request harmless."""

import json
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nexus.sandbox.provider.payments import CENT, Announce, ConflictError, new_reference, payment_by
from nexus.sandbox.provider.store import Store

SELECT = "select refunds.*, currency from refunds join payments using (tx_ref) where "


@dataclass(frozen=True)
class Request:
    """amount: None for all that is left. reference: the merchant's own, or None."""

    amount: Decimal | None
    reference: str | None
    reason: str | None
    meta: dict[str, Any]


def refund_create(store: Store, announce: Announce, *, reference: str, request: Request) -> dict[str, Any]:
    """Refund a payment, by our reference of it; a merchant's reference that is there already returns that refund.

    Raises LookupError for no such payment, and ConflictError for one that can't be refunded so.
    """
    with store.transaction():
        payment = payment_by(store, reference=reference)
        if earlier := _by(store, "refunds.reference = ?", request.reference):
            return _repeated(earlier, payment, request)
        now, ref_id = time.time(), new_reference("RF")
        row = {"ref_id": ref_id, "tx_ref": payment["tx_ref"], "amount": str(_amount(store, payment, request))}
        about = {"reference": request.reference, "reason": request.reason, "meta": json.dumps(request.meta)}
        store.insert("refunds", **row, **about, created_at=now)
        store.change("update payments set status = 'refunded', updated_at = ? where reference = ?", now, reference)
        announce({**payment_by(store, reference=reference), "meta": request.meta})
        return refund_by(store, ref_id)


def refund_by(store: Store, ref_id: str) -> dict[str, Any]:
    """Raises LookupError."""
    if (refund := _by(store, "ref_id = ?", ref_id)) is None:
        raise LookupError(ref_id)
    return refund


def _by(store: Store, where: str, value: str | None) -> dict[str, Any] | None:
    refund = store.one(SELECT + where, value)
    return {**refund, "meta": json.loads(refund["meta"])} if refund else None


def _repeated(earlier: dict[str, Any], payment: dict[str, Any], request: Request) -> dict[str, Any]:
    other_amount = request.amount is not None and request.amount != Decimal(earlier["amount"])
    if earlier["tx_ref"] != payment["tx_ref"] or other_amount:
        raise ConflictError("The reference has been used before, for another refund")
    return earlier


def _amount(store: Store, payment: dict[str, Any], request: Request) -> Decimal:
    if payment["status"] not in ("success", "refunded"):
        raise ConflictError("Only a successful transaction can be refunded")
    rows = store.all("select amount from refunds where tx_ref = ?", payment["tx_ref"])
    left = Decimal(payment["amount"]) - sum((Decimal(row["amount"]) for row in rows), Decimal(0))
    amount = left if request.amount is None else request.amount
    if not 0 < amount <= left:
        raise ConflictError(f"The refund must be more than 0 and no more than what is left of the payment, {left}")
    return amount.quantize(CENT)
