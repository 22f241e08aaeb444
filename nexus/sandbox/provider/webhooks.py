"""Webhooks: written with the payment's new state, delivered until the merchant answers 200, or given up.

One after the other, so that they arrive in order unless a fault or a retry changes it. A webhook whose delivery was cut
short by a kill is delivered again: at least once, as with every provider.
"""

import asyncio
import hashlib
import hmac
import json
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tornado.httpclient import HTTPClientError
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from nexus.sandbox.faults import Switch
from nexus.sandbox.provider.faults import Faults
from nexus.sandbox.provider.store import Store

MODE = "test"
NEXT = "select * from webhooks where state = 'waiting' and due is not null order by due, coalesce(place, id) limit 1"
TRIED = """update webhooks set tries = tries + 1, answers = json_insert(answers, '$[#]', ?), state = ?, due = ?
    where id = ?"""
BUYER = ("first_name", "last_name", "email", "mobile", "customization")


class Announcer:
    """Writes what is to be sent of a payment's new state. Call it inside of the transaction that makes the state."""

    def __init__(self, store: Store, switch: Switch) -> None:
        self.store, self.switch = store, switch

    def __call__(self, payment: dict[str, Any]) -> None:
        faults: Faults = self.switch.faults
        message = body(payment) | (faults.webhook_fields or {})
        message["event"] = f"charge.{message['status']}"
        due = None if faults.webhook_hold else time.time() + faults.webhook_delay_seconds
        row = {"tx_ref": payment["tx_ref"], "event": message["event"], "body": json.dumps(message).encode()}
        for _ in range(faults.webhook_copies):
            self.store.insert("webhooks", **row, signature=faults.signature, due=due)
        if faults.webhook_hold:
            self.release(faults.webhook_hold)

    def release(self, at_least: int = 1) -> None:
        """Let go of those that are held back, the newest first, if there are so many."""
        held = self.store.all("select id from webhooks where due is null")
        if len(held) >= at_least:
            self.store.change("update webhooks set due = ?, place = -id where due is null", time.time())


def body(payment: dict[str, Any]) -> dict[str, Any]:
    """The flat JSON of Chapa's webhooks, but for the event."""
    customer = payment["customer"]
    same = {name: payment[name] for name in ("amount", "charge", "currency", "reference", "status", "tx_ref")}
    buyer = {name: customer.get(name) for name in BUYER}
    about = {"mode": MODE, "type": "API", "payment_method": "test", "meta": payment.get("meta", customer.get("meta"))}
    times = {name: iso(payment[name]) for name in ("created_at", "updated_at")}
    return {**same, **buyer, **about, **times}


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def signatures(kind: str, secret: bytes, raw: bytes) -> dict[str, str]:
    """The headers. x-chapa-signature proves the body; chapa-signature is the same for all, and proves nothing."""
    key = hashlib.sha256(secret).digest() if kind == "wrong" else secret
    both = {"x-chapa-signature": _hmac(key, raw), "chapa-signature": _hmac(secret, secret)}
    names = {"missing": (), "constant": ("chapa-signature",)}.get(kind, tuple(both))
    return {name: both[name] for name in names}


def _hmac(key: bytes, message: bytes) -> str:
    return hmac.new(key, message, hashlib.sha256).hexdigest()


@dataclass
class Delivery:
    """url: where to, or None for nowhere. retries: how many tries follow the first, retry_seconds apart."""

    url: str | None
    secret: bytes
    retry_seconds: float
    retries: int
    timeout_seconds: float


class Courier:
    def __init__(self, store: Store, delivery: Delivery) -> None:
        self.store, self.delivery = store, delivery
        self._news = asyncio.Event()
        self._client = SimpleAsyncHTTPClient(force_instance=True, max_body_size=64 * 1024)

    def wake(self) -> None:
        """Look again: there is a new webhook, or a new address."""
        self._news.set()

    async def run(self) -> None:
        """Deliver what is due, for as long as the program runs."""
        while True:
            self._news.clear()
            webhook = self.store.one(NEXT) if self.delivery.url else None
            wait = webhook["due"] - time.time() if webhook else None
            if webhook and wait is not None and wait <= 0:
                await self._deliver(webhook)
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), wait)

    async def _deliver(self, webhook: dict[str, Any]) -> None:
        answer = await self._post(webhook)
        last = webhook["tries"] >= self.delivery.retries
        state = "delivered" if answer == "200" else "given up" if last else "waiting"
        self.store.change(TRIED, answer, state, time.time() + self.delivery.retry_seconds, webhook["id"])

    async def _post(self, webhook: dict[str, Any]) -> str:
        """The status that the merchant answered, or why there was none."""
        headers = signatures(webhook["signature"], self.delivery.secret, webhook["body"])
        seconds = self.delivery.timeout_seconds
        try:
            answer = await self._client.fetch(
                str(self.delivery.url),
                method="POST",
                body=webhook["body"],
                headers={"Content-Type": "application/json", **headers},
                connect_timeout=seconds,
                request_timeout=seconds,
                follow_redirects=False,
                raise_error=False,
            )
        except (HTTPClientError, OSError, ValueError) as error:
            return f"{type(error).__name__}: {error}"[:200]
        return str(answer.code)
