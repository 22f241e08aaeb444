"""What merchants send, checked field by field. Raises InvalidFieldError, an answer with 400 that names the field."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from nexus.sandbox.provider.refunds import Request
from nexus.sandbox.web import RefusedError

CURRENCIES = ("ETB", "USD")
MOST = Decimal(1_000_000_000)
MOST_LETTERS = 500
TEXTS = ("email", "first_name", "last_name", "phone_number")
ADDRESSES = ("callback_url", "return_url")
PARTS = ("title", "description", "logo")  # of customization


class InvalidFieldError(RefusedError):
    def __init__(self, field: str, why: str) -> None:
        super().__init__(400, why)
        self.field = field


def read_payment(body: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `payment_initialize`. callback_url is checked, and kept, and never called."""
    for name in ("amount", "currency", "tx_ref"):
        if body.get(name) in (None, ""):
            raise InvalidFieldError(name, "validation.required")
    if body["currency"] not in CURRENCIES:
        raise RefusedError(400, "Invalid currency, currency is not supported")
    customer = {name: _text(name, body.get(name)) for name in TEXTS}
    customer["mobile"] = customer.pop("phone_number")
    given = body.get("customization") or {}
    if not isinstance(given, dict):
        raise InvalidFieldError("customization", "validation.array")
    parts = {name: _text(f"customization.{name}", given.get(name)) for name in PARTS}
    about = {"customization": parts, "meta": body.get("meta"), **{name: address(name, body) for name in ADDRESSES}}
    tx_ref, amount = _text("tx_ref", body["tx_ref"]), _amount(body["amount"])
    return {"tx_ref": tx_ref, "amount": amount, "currency": body["currency"], "customer": {**customer, **about}}


def read_refund(form: dict[str, str]) -> Request:
    amount = _amount(form["amount"]) if form.get("amount") else None
    inside = {key: value for name, value in form.items() if (key := _key_of_meta(name))}
    meta = {**_meta(form.get("meta")), **inside}
    reference, reason = _text("reference", form.get("reference")), _text("reason", form.get("reason"))
    return Request(amount, reference, reason, meta)


def _text(name: str, value: object) -> str | None:
    """A text; an empty one counts as none."""
    if value is not None and not (isinstance(value, str) and len(value) <= MOST_LETTERS):
        raise InvalidFieldError(name, "validation.string")
    return value or None


def _amount(value: object) -> Decimal:
    """A positive amount of whole cents, from a number or a text."""
    try:
        amount = Decimal(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite():
        raise InvalidFieldError("amount", "validation.numeric")
    if not 0 < amount <= MOST or amount != round(amount, 2):
        raise InvalidFieldError("amount", "validation.between")
    return amount


def address(name: str, body: dict[str, Any]) -> str | None:
    """An address of the web, and none that would run as a script in our page."""
    if (value := _text(name, body.get(name))) is None:
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        raise InvalidFieldError(name, "validation.url") from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise InvalidFieldError(name, "validation.url")
    return value


def _key_of_meta(name: str) -> str | None:
    found = re.fullmatch(r"meta\[(\w{1,100})\]", name)
    return found and found[1]


def _meta(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidFieldError("meta", "validation.array")
    return found
