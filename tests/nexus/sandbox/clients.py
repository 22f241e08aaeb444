"""Those who meet the two programs on their ports: a sender of mail, a merchant, and the merchant's own server."""

import itertools
import json
import smtplib
import threading
from email import policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests

from nexus.services.inbox import Inbox
from nexus.services.provider import Provider

PATIENCE = 30  # seconds; only a fault ever waits so long
numbers = itertools.count(1)


class Mailer:
    def __init__(self, inbox: Inbox) -> None:
        service = inbox.service()
        self.url = str(service.api_url)
        self.port = urlsplit(service.url).port or 0

    def connect(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, local_hostname="localhost", timeout=PATIENCE)

    def send(self, mail: bytes | EmailMessage, sender: str = "from@example.com", *recipients: str) -> None:
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=policy.SMTP)
        with self.connect() as smtp:
            smtp.sendmail(sender, recipients or ("to@example.com",), raw, mail_options=["BODY=8BITMIME"])

    def messages(self, query: str = "") -> list[dict[str, Any]]:
        answer = requests.get(f"{self.url}/messages.json{query}", timeout=PATIENCE)
        answer.raise_for_status()
        return list(answer.json())

    def faults(self, **faults: Any) -> requests.Response:
        return requests.post(f"{self.url}/faults", json=faults, timeout=PATIENCE)


class Webhook(NamedTuple):
    headers: dict[str, str]  # by names in small letters
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        return dict(json.loads(self.raw))


class Shop:
    """Takes webhooks, and answers 200 unless `answers` says otherwise for the next ones."""

    def __init__(self) -> None:
        self.webhooks: list[Webhook] = []
        self.answers: list[int] = []
        self._news = threading.Condition()
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(shop.take(Webhook(headers, raw)))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhook"

    def __enter__(self) -> "Shop":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, webhook: Webhook) -> int:
        with self._news:
            self.webhooks.append(webhook)
            self._news.notify_all()
            return self.answers.pop(0) if self.answers else 200

    def wait_for(self, count: int) -> list[Webhook]:
        """The webhooks, once there are so many."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.webhooks) >= count, PATIENCE), f"{len(self.webhooks)} came"
            return list(self.webhooks)

    def forget(self) -> None:
        with self._news:
            self.webhooks, self.answers = [], []


class Shopper:
    """A merchant's program at the provider. Payments are known by their checkout_url."""

    def __init__(self, provider: Provider, shop: Shop) -> None:
        self.url = provider.service().url
        self.key, self.secret = provider.secret_key, provider.webhook_secret
        self.shop = shop
        self.tx_ref = f"stay-{next(numbers)}"

    def post(self, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.key}"}
        return requests.post(self.url + path, timeout=PATIENCE, **{"headers": headers, **options})

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, headers={"Authorization": f"Bearer {self.key}"}, timeout=PATIENCE)

    def initialize(self, **changed: Any) -> requests.Response:
        body = {"amount": "400", "currency": "ETB", "email": "guest@example.com", "tx_ref": self.tx_ref, **changed}
        return self.post("/v1/transaction/initialize", json=body)

    def checkout(self, **changed: Any) -> str:
        return str(self.initialize(**changed).json()["data"]["checkout_url"])

    def pay(self, outcome: str = "success") -> requests.Response:
        return requests.post(self.checkout(), data={"outcome": outcome}, timeout=PATIENCE)

    def verify(self) -> requests.Response:
        return self.get(f"/v1/transaction/verify/{self.tx_ref}")

    def refund(self, payment: str, **form: str) -> requests.Response:
        return self.post(f"/v1/refund/{payment}", data=form)

    def faults(self, **faults: Any) -> requests.Response:
        return requests.post(f"{self.url}/faults", json=faults, timeout=PATIENCE)

    def ledger(self) -> dict[str, Any]:
        """What the provider says became of this shopper's payment."""
        return dict(requests.get(f"{self.url}/ledger.json", timeout=PATIENCE).json()[self.tx_ref])
