"""What a payment may become: pending, then success or failed/cancelled; and refunded after a success."""

import json
import secrets
import sqlite3
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from nexus.sandbox.provider.store import Store

FEE = Decimal("0.03")
CENT = Decimal("0.01")
# What a buyer may choose on the checkout page, and what the payment is then: Chapa has one name for both failures.
STATUSES = {"success": "success", "failed": "failed/cancelled", "cancelled": "failed/cancelled"}
BY = {column: f"select * from payments where {column} = ?" for column in ("tx_ref", "reference", "token")}  # noqa: S608
SETTLE = """update payments set status = ?, charged = charged + ?, updated_at = ?
    where token = ? and status = 'pending'"""

# Called with a payment in its new state, inside of the transaction that brought it there.
Announce = Callable[[dict[str, Any]], object]


class ConflictError(Exception):
    """What was asked for contradicts what is there. Its text is for the merchant."""


def payment_initialize(
    store: Store, *, tx_ref: str, amount: Decimal, currency: str, customer: dict[str, Any]
) -> dict[str, Any]:
    """A new payment. customer: what else the merchant sent. Raises ConflictError for a tx_ref that was used before."""
    now = time.time()
    row = {"tx_ref": tx_ref, "amount": str(amount.quantize(CENT)), "currency": currency, "created_at": now}
    charge, reference = str((amount * FEE).quantize(CENT)), new_reference("AP")
    row |= {"charge": charge, "reference": reference, "token": secrets.token_urlsafe(16), "updated_at": now}
    try:
        store.insert("payments", **row, customer=json.dumps(customer))
    except sqlite3.IntegrityError:
        raise ConflictError("Transaction reference has been used before") from None
    return payment_by(store, tx_ref=tx_ref)


def payment_by(store: Store, **key: str) -> dict[str, Any]:
    """A payment by its tx_ref, reference or token. Raises LookupError."""
    [(column, value)] = key.items()
    if (payment := store.one(BY[column], value)) is None:
        raise LookupError(value)
    return {**payment, "customer": json.loads(payment["customer"])}


def payment_verify(store: Store, tx_ref: str) -> dict[str, Any]:
    """A payment, and count the question. Raises LookupError."""
    store.change("update payments set asked = asked + 1 where tx_ref = ?", tx_ref)
    return payment_by(store, tx_ref=tx_ref)


def payment_settle(store: Store, announce: Announce, *, token: str, outcome: str) -> dict[str, Any]:
    """Do what the buyer chose. The first choice counts; the same one again, as by a double click, changes nothing.

    outcome: a key of STATUSES. Returns the payment. Raises LookupError, and ConflictError where it had ended otherwise.
    """
    status = STATUSES[outcome]
    with store.transaction():
        changed = store.change(SETTLE, status, int(outcome == "success"), time.time(), token)
        payment = payment_by(store, token=token)
        if changed:
            announce(payment)
    if payment["status"] != status:
        raise ConflictError(f"the payment has ended already: {payment['status']}")
    return payment


def new_reference(kind: str) -> str:
    """One of the provider's own, such as APrX3v0QkW2b."""
    return kind + secrets.token_urlsafe(9).replace("-", "x").replace("_", "y")
