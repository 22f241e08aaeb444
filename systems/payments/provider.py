"""Asking the payment provider, by Chapa's interface. Every call ends in bounded time, with an answer or ProviderDown.

Nothing is tried again here: a task is, by RetriedTask, and a request by its client. Sources: developer.chapa.co, the
pages accept-payments, verify-payments and refund.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any
from uuid import UUID

import requests
from django.conf import settings
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from systems.core import strict_json
from systems.core.silence import Silence
from systems.payments.errors import ProviderDown, ProviderRefused, ReferenceUsed

MOST_BYTES = 64 * 1024
LONGEST_URL = 500
NOT_DONE = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}  # any other error is one of ours, or of the moment
breaker = Silence("the payment provider", timeout=ProviderDown, refusal=ProviderDown, after=2)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Report:
    """What the provider says of a payment or of a refund.

    status: success, failed/cancelled, refunded or another word of its own. reference: of a payment the provider's, of a
    refund ours. amount: None for what is no amount.
    """

    status: str
    tx_ref: str
    reference: str
    amount: Decimal | None
    currency: str
    mode: str


def initialize(body: Mapping[str, Any], *, until: float) -> str:
    """The checkout page of a new payment. Raises ReferenceUsed, and ProviderDown, also for any other refusal."""
    try:
        data = _ask("POST", "transaction/initialize", until=until, json=body)
    except ProviderRefused as error:
        if "used before" in str(error):
            raise ReferenceUsed(str(error)) from error
        log.error("payment %s: the provider refuses it: %s", body.get("tx_ref"), error)
        raise ProviderDown from error
    url = str(data.get("checkout_url"))
    if not url.startswith(("https://", "http://")) or len(url) > LONGEST_URL:
        raise ProviderDown
    return url


def verify(tx_ref: UUID) -> Report | None:
    """What became of a payment; None for one that is not paid yet, or unknown. Raises ProviderDown."""
    try:
        data = _ask("GET", f"transaction/verify/{tx_ref}")
    except ProviderRefused:
        return None
    return Report(**_common(data), reference=_text(data, "reference"))


def refund(payment_reference: str, form: dict[str, str]) -> str:
    """Give money back; returns what the provider calls it. Raises ProviderRefused and ProviderDown.

    The form's `reference` makes it harmless to repeat.
    """
    data = _ask("POST", f"refund/{payment_reference}", data=form)
    return _text(data, "ref_id")


def refund_verify(ref_id: str) -> Report:
    """Raises ProviderRefused and ProviderDown."""
    data = _ask("GET", f"refund/{ref_id}/verify")
    return Report(**_common(data), reference=_text(data, "merchant_reference"))


def _common(data: dict[str, Any]) -> dict[str, Any]:
    texts = {name: _text(data, name) for name in ("status", "tx_ref", "currency", "mode")}
    return {**texts, "amount": _amount(data.get("amount"))}


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value[:100] if isinstance(value, str) else ""


def _amount(value: object) -> Decimal | None:
    """verify sends a number, and a webhook a text."""
    try:
        amount = Decimal(str(value)) if isinstance(value, int | float | str) else None
    except InvalidOperation:
        return None
    return amount if amount is not None and amount.is_finite() else None


def _ask(method: str, path: str, *, until: float | None = None, **body: Any) -> dict[str, Any]:
    """The `data` of an answer that says that the call worked. until: of time.monotonic()."""
    seconds = settings.PAYMENTS_SECONDS
    if until is not None:
        seconds = min(seconds, until - time.monotonic())
    if not settings.PAYMENTS_URL or seconds <= 0:
        raise ProviderDown
    with breaker.observed():
        status, answer = _exchange(method, path, seconds, body)
    message, data = answer.get("message"), answer.get("data")
    if status in NOT_DONE:
        raise ProviderRefused(str(message)[:200])
    if not isinstance(data, dict):
        raise ProviderDown
    return data


def _exchange(method: str, path: str, seconds: float, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    ends = time.monotonic() + seconds
    url = f"{settings.PAYMENTS_URL}/v1/{path}"
    limit: Any = Timeout(total=seconds)  # of connection and answer together, which a plain number is not
    try:
        with requests.request(
            method, url, auth=_bear_key, timeout=limit, allow_redirects=False, stream=True, **body
        ) as answer:
            if answer.status_code not in {HTTPStatus.OK, *NOT_DONE}:
                raise requests.HTTPError(f"status {answer.status_code}")
            found = strict_json.loads(_read(answer, ends))
    except (requests.RequestException, HTTPError, strict_json.InvalidJson) as error:
        log.warning("%s %s: %s", method, path, error)
        raise ProviderDown from error
    return answer.status_code, found if isinstance(found, dict) else {}


def _bear_key(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """A function, since a plain header would give way to what a .netrc says."""
    request.headers["Authorization"] = f"Bearer {settings.PAYMENTS_KEY}"
    return request


def _read(answer: requests.Response, ends: float) -> bytes:
    """The body, piece by piece: each piece in time is not yet all of it in time."""
    body = b""
    while piece := answer.raw.read1(MOST_BYTES, decode_content=True):
        body += piece
        if time.monotonic() > ends or len(body) > MOST_BYTES:
            raise ProviderDown
    return body
