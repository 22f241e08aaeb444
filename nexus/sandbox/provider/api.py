"""Chapa's interface for merchants: initialize, verify, refund. Shapes and messages are those of its documentation.

Every answer is `{message, status, data}`. The outer status says whether the call worked; what became of the money is
`data.status`. Verify's amounts are numbers and a webhook's are texts, as there.
"""

import asyncio
import hmac
from decimal import Decimal
from typing import Any

from nexus.sandbox import web
from nexus.sandbox.provider import payments, refunds, requests
from nexus.sandbox.provider.faults import Answering
from nexus.sandbox.provider.service import Provider
from nexus.sandbox.provider.webhooks import MODE, iso

NOT_FOUND = "Invalid transaction or Transaction not found"


class Api(web.Handler):
    answering = Answering()

    def initialize(self, provider: Provider) -> None:
        self.provider = provider

    async def prepare(self) -> None:
        super().prepare()
        self.answering = self.provider.faults.next_request()
        if self.answering.down:
            self.break_off(self.answering.down)
        else:
            self._authorize()

    def _authorize(self) -> None:
        kind, _, key = self.request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not key:
            raise web.RefusedError(401, "Authorization required")
        if not hmac.compare_digest(key.strip().encode(), self.provider.key.encode()):
            raise web.RefusedError(401, "Invalid API Key or User doesn't exist")

    async def answer(self, message: str, data: Any, status: str | None = "success", code: int = 200) -> None:
        await asyncio.sleep(self.answering.delay_seconds)
        if self.answering.lost:
            self.break_off(self.answering.lost)
        else:
            self.set_status(code)
            await self.finish({"message": message, "status": status, "data": data})

    def break_off(self, how: int | str) -> None:
        """Close the connection without an answer, or answer as a proxy does whose server is away: with a page."""
        if how == "close":
            self.detach().close()
        else:
            self.set_status(int(how))
            self.finish(f"<h1>{how}</h1>")

    def write_error(self, status_code: int, **about: Any) -> None:
        error = about.get("exc_info", (None, None))[1]
        said: Any = error.why if isinstance(error, web.RefusedError) else self._reason
        if isinstance(error, requests.InvalidFieldError):
            said = {error.field: [error.why]}
        self.finish({"message": said, "status": "failed", "data": None})


class Initialize(Api):
    async def post(self) -> None:
        if not self.has_type("application/json"):
            raise web.RefusedError(400, "Incorrect header settings: Content-Type must be application/json")
        wanted = requests.read_payment(self.json_body())
        try:
            payment = payments.payment_initialize(self.provider.store, **wanted)
        except payments.ConflictError as error:
            raise web.RefusedError(400, str(error)) from None
        await self.answer("Hosted Link", {"checkout_url": f"{self.provider.url}/checkout/payment/{payment['token']}"})


class Verify(Api):
    async def get(self, tx_ref: str) -> None:
        try:
            payment = payments.payment_verify(self.provider.store, tx_ref)
        except LookupError:
            raise web.RefusedError(404, NOT_FOUND) from None
        if payment["status"] == "pending" or self.provider.faults.is_behind():
            await self.answer("Payment not paid yet", None, status=None, code=404)
        else:
            await self.answer("Payment details", verified(payment))


class Refund(Api):
    async def post(self, reference: str) -> None:
        if self.request.body and not self.has_type("application/x-www-form-urlencoded"):
            raise web.RefusedError(
                400, "Incorrect header settings: Content-Type must be application/x-www-form-urlencoded"
            )
        fields = {name: self.get_body_argument(name) for name in self.request.body_arguments}
        provider, wanted = self.provider, requests.read_refund(fields)
        try:
            refund = refunds.refund_create(provider.store, provider.announce, reference=reference, request=wanted)
        except LookupError:
            raise web.RefusedError(404, NOT_FOUND) from None
        except payments.ConflictError as error:
            raise web.RefusedError(400, str(error)) from None
        provider.courier.wake()
        await self.answer("Refund processed successfully", refunded(refund))


class RefundVerify(Api):
    async def get(self, ref_id: str) -> None:
        try:
            refund = refunds.refund_by(self.provider.store, ref_id)
        except LookupError:
            raise web.RefusedError(404, "Refund not found") from None
        await self.answer("Refund verified successfully", refunded(refund))


def verified(payment: dict[str, Any]) -> dict[str, Any]:
    customer = payment["customer"]
    same = {name: payment[name] for name in ("currency", "status", "reference", "tx_ref")}
    money = {name: _number(payment[name]) for name in ("amount", "charge")}
    about = {name: customer.get(name) for name in ("first_name", "last_name", "email", "customization", "meta")}
    times = {name: iso(payment[name]) for name in ("created_at", "updated_at")}
    return {**about, **same, **money, **times, "mode": MODE, "method": "test", "type": "API"}


def refunded(refund: dict[str, Any]) -> dict[str, Any]:
    same = {name: refund[name] for name in ("ref_id", "currency", "tx_ref", "reason", "meta")}
    about = {"merchant_reference": refund["reference"], "status": "refunded", "mode": MODE}
    return {**same, **about, "amount": _number(refund["amount"]), "created_at": iso(refund["created_at"])}


def _number(amount: str) -> int | float:
    found = Decimal(amount)
    return int(found) if found == found.to_integral_value() else float(found)
