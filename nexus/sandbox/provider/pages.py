"""What is not Chapa's interface: the page where a buyer pays, and what the sandbox's operator sees and sets."""

import json
from typing import Any

from tornado.web import Application

from nexus.sandbox import web
from nexus.sandbox.faults import FaultsHandler, count_to, from_to
from nexus.sandbox.provider import api, payments
from nexus.sandbox.provider.requests import InvalidFieldError, address
from nexus.sandbox.provider.service import Provider
from nexus.sandbox.provider.store import Store

SETTINGS = {"retry_seconds": from_to(0, 86_400), "retries": count_to(1000)}
PAYMENTS = "select tx_ref, reference, amount, currency, charge, status, charged, asked from payments order by rowid"
REFUNDS = "select tx_ref, ref_id, reference, amount, reason from refunds order by rowid"
WEBHOOKS = "select tx_ref, id, event, signature, state, tries, answers from webhooks order by id"


class ProviderHandler(web.Handler):
    def initialize(self, provider: Provider) -> None:
        self.provider = provider


class Checkout(ProviderHandler):
    """For a buyer: what is to be paid, and three buttons. For a program: POST outcome=success, failed or cancelled."""

    def get(self, token: str) -> None:
        try:
            payment = payments.payment_by(self.provider.store, token=token)
        except LookupError:
            raise web.RefusedError(404, "there is no such payment") from None
        self.render("checkout.html", payment=payment, customer=payment["customer"])

    def post(self, token: str) -> None:
        outcome = self.get_body_argument("outcome", "")
        if outcome not in payments.STATUSES:
            raise web.RefusedError(400, f"outcome must be {', '.join(payments.STATUSES)}, got {outcome[:40]!r}")
        provider = self.provider
        try:
            payment = payments.payment_settle(provider.store, provider.announce, token=token, outcome=outcome)
        except LookupError:
            raise web.RefusedError(404, "there is no such payment") from None
        except payments.ConflictError as error:
            if not self.wants_page():
                raise web.RefusedError(409, str(error)) from None
        provider.courier.wake()
        if self.wants_page():
            self.redirect(self.request.path, status=303)  # to the result, which a reload shows again
        else:
            self.write({name: payment[name] for name in ("tx_ref", "reference", "status", "amount", "currency")})


class Ledger(ProviderHandler):
    def get(self) -> None:
        self.write(ledger(self.provider.store))


class Dashboard(ProviderHandler):
    """Where webhooks go, and how often they are tried again: what a merchant sets in the true provider's dashboard."""

    def get(self) -> None:
        delivery = self.provider.courier.delivery
        about = {"webhook_url": delivery.url, "retry_seconds": delivery.retry_seconds, "retries": delivery.retries}
        self.write(about)

    def post(self) -> None:
        wanted = self.json_body()
        for name, value in wanted.items():
            if name != "webhook_url" and (name not in SETTINGS or not SETTINGS[name](value)):
                raise web.RefusedError(400, "send webhook_url, retry_seconds (0 to 86400) or retries (0 to 1000)")
        delivery, store = self.provider.courier.delivery, self.provider.store
        if "webhook_url" in wanted:
            try:
                delivery.url = address("webhook_url", wanted)
            except InvalidFieldError:
                raise web.RefusedError(400, "webhook_url must be an http or https address, or null") from None
            store.keep_setting("webhook_url", delivery.url or "")
        delivery.retry_seconds = wanted.get("retry_seconds", delivery.retry_seconds)
        delivery.retries = wanted.get("retries", delivery.retries)
        self.provider.courier.wake()
        self.get()


def ledger(store: Store) -> dict[str, Any]:
    """All payments by tx_ref, the oldest first: `charged` says how often money was taken, `refunds` what went back."""
    found = {row["tx_ref"]: {**row, "refunds": [], "webhooks": []} for row in store.all(PAYMENTS)}
    for row in store.all(REFUNDS):
        found[row.pop("tx_ref")]["refunds"].append(row)
    for row in store.all(WEBHOOKS):
        found[row.pop("tx_ref")]["webhooks"].append({**row, "answers": json.loads(row["answers"])})
    return found


def application(provider: Provider, hosts: frozenset[str]) -> Application:
    mine: dict[str, Any] = {"provider": provider}
    handlers = [
        ("/v1/transaction/initialize", api.Initialize, mine),
        ("/v1/transaction/verify/([^/]+)", api.Verify, mine),
        ("/v1/refund/([^/]+)", api.Refund, mine),
        ("/v1/refund/([^/]+)/verify", api.RefundVerify, mine),
        ("/checkout/payment/([^/]+)", Checkout, mine),
        (r"/ledger\.json", Ledger, mine),
        ("/dashboard", Dashboard, mine),
        ("/faults", FaultsHandler, {"switch": provider.switch}),
    ]
    return web.application(handlers, hosts)
