"""The payment sandbox as the platform's tests use it: its settings, its buyers, and what it has charged."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any, cast

import requests
from django.test import override_settings

from nexus.lab import Own
from nexus.services.provider import Provider
from tests.systems.wire import Reply, Sender

WEBHOOK = "/api/v1/payments/webhook/"
PATIENCE_SECONDS = 30


class Sandbox:
    def __init__(self, own: Own) -> None:
        self.own, self.url = own, own.url
        server = cast(Provider, own.server)
        self.key, self.secret = server.secret_key, server.webhook_secret

    def settings(self, **other: Any) -> dict[str, Any]:
        """Those of the systems that make this their provider, with names in small letters."""
        ours = {"url": self.url, "key": self.key, "webhook_secret": self.secret, "mode": "test"}
        return {f"payments_{name}": value for name, value in (ours | other).items()}

    def in_use(self, **other: Any) -> override_settings:
        """A context in which the Django of this process uses it."""
        return override_settings(**{name.upper(): value for name, value in self.settings(**other).items()})

    def faults(self, **faults: Any) -> None:
        requests.post(f"{self.url}/faults", json=faults, timeout=PATIENCE_SECONDS).raise_for_status()

    def pay(self, checkout_url: str, outcome: str = "success") -> None:
        """As the buyer does on the checkout page."""
        requests.post(checkout_url, data={"outcome": outcome}, timeout=PATIENCE_SECONDS).raise_for_status()

    def initialize(self, tx_ref: str, **changed: Any) -> str:
        """A payment that somebody else starts with our key and a tx_ref of ours: its checkout page."""
        body = {"amount": "1.00", "currency": "ETB", "tx_ref": tx_ref, **changed}
        answer = self._with_key("post", "/v1/transaction/initialize", json=body)
        return str(answer.json()["data"]["checkout_url"])

    def refund(self, tx_ref: str, amount: str) -> None:
        """One that the merchant makes by hand."""
        reference = self.ledger()[tx_ref]["reference"]
        self._with_key("post", f"/v1/refund/{reference}", data={"amount": amount}).raise_for_status()

    def _with_key(self, method: str, path: str, **body: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.key}"}
        return requests.request(method, self.url + path, headers=headers, timeout=PATIENCE_SECONDS, **body)

    def ledger(self) -> Any:
        """Payments by tx_ref."""
        return requests.get(f"{self.url}/ledger.json", timeout=PATIENCE_SECONDS).json()

    def charges(self, tx_refs: Iterable[object]) -> int:
        """How often money was taken, by these payments."""
        found = self.ledger()
        return sum(found[str(one)]["charged"] for one in tx_refs if str(one) in found)

    def sign(self, body: bytes) -> dict[str, str]:
        return {"x-chapa-signature": hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()}

    def constant(self) -> str:
        """What chapa-signature is in every webhook."""
        return hmac.new(self.secret.encode(), self.secret.encode(), hashlib.sha256).hexdigest()

    def send(self, to: Sender, said: object, **headers: str) -> Reply:
        """A webhook, rightly signed where no headers are named."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        signed = {name.replace("_", "-"): value for name, value in headers.items()} or self.sign(body)
        return to.request("POST", WEBHOOK, {"Content-Type": "application/json", **signed}, body)
