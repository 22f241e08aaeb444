"""The client of the payment provider, against servers that answer oddly: one clear error, in bounded time."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import override_settings

from systems.payments import provider
from systems.payments.errors import ProviderDown, ProviderRefused, ReferenceUsed

OK = b'{"message": "Payment details", "status": "success", "data": %s}'
SEEN: list[dict[str, str]] = []
Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(answer: Answer) -> Iterator[None]:
    """A provider that answers so, which the client uses."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            SEEN.append(dict(self.headers))
            answer(self)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *arguments: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    provider.breaker.ends()
    url = f"http://127.0.0.1:{server.server_port}"
    with override_settings(PAYMENTS_URL=url, PAYMENTS_KEY="our-key", PAYMENTS_SECONDS=0.5):
        yield
    provider.breaker.ends()
    server.shutdown()
    server.server_close()


def says(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            to.send_header(name, value)
        to.end_headers()
        to.wfile.write(body)

    return answer


def drips(to: BaseHTTPRequestHandler) -> None:
    """A byte now and then, each in time."""
    to.send_response(200)
    to.send_header("Content-Length", "1000")
    to.end_headers()
    try:
        for _ in range(100):
            to.wfile.write(b" ")
            time.sleep(0.1)
    except OSError:
        return


def verified(**data: Any) -> provider.Report | None:
    with answering(says(OK % json.dumps(data).encode())):
        return provider.verify(uuid4())


@pytest.mark.parametrize(
    "answer",
    [
        says(b"<h1>well</h1>"), says(b""), says(b"[]"), says(b"null"), says(b"{}"), says(OK % b"[]"), says(OK % b"NaN"),
        says(b"<h1>502</h1>", 502), says(b"{}", 429), says(b'{"message": "Invalid API Key"}', 401),
        says(b"<h1>no such page</h1>", 404), says(b"", 302, Location="http://127.0.0.1:9/"), says(b" " * 100_000),
        says(OK % b"{}" + b" " * 70_000), says(b"{", 200, **{"Content-Length": "50"}),
        says(b"\x1f\x8b broken", 200, **{"Content-Encoding": "gzip"}), drips,
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_a_provider_that_is_down(answer: Answer) -> None:
    begun = time.monotonic()
    with answering(answer), pytest.raises(ProviderDown):
        provider.verify(uuid4())
    assert time.monotonic() - begun < 3


def test_a_provider_that_nobody_is_is_down() -> None:
    provider.breaker.ends()
    with override_settings(PAYMENTS_URL="http://127.0.0.1:9"), pytest.raises(ProviderDown):
        provider.verify(UUID(int=1))
    provider.breaker.ends()


@pytest.mark.parametrize(
    ("sent", "amount"),
    [
        (400, "400"),
        (400.5, "400.5"),
        ("400.00", "400"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (12345678.91, "12345678.91"),
    ],
)
def test_amounts_are_read_exactly(sent: Any, amount: str) -> None:
    report = verified(status="success", amount=sent)
    assert report
    assert report.amount == Decimal(amount)


@pytest.mark.parametrize("sent", ["sNaN", "NaN", "Infinity", "4OO", "", None, True, [400], {"amount": 400}])
def test_what_is_no_amount_equals_none(sent: Any) -> None:
    report = verified(status="success", amount=sent)
    assert report
    assert report.amount in (None, Decimal(1))  # true is 1 to Python, and never a payment's amount
    assert report.amount != Decimal(400)


def test_a_payment_that_is_not_paid_is_no_report() -> None:
    with answering(says(b'{"message": "Payment not paid yet", "status": null, "data": null}', 404)):
        assert provider.verify(uuid4()) is None


@pytest.mark.parametrize("page", ["javascript:alert(1)", "", None, "/checkout", "https://h/" + "x" * 500, {"a": 1}])
def test_a_checkout_page_is_an_address_of_the_web(page: Any) -> None:
    body = OK % json.dumps({"checkout_url": page}).encode()
    with answering(says(body)), pytest.raises(ProviderDown):
        provider.initialize({}, until=time.monotonic() + 5)


def refusal(words: str) -> Answer:
    return says(b'{"message": "%s", "status": "failed", "data": null}' % words.encode(), 400)


@pytest.mark.parametrize(
    ("words", "error"),
    [("Transaction reference has been used before", ReferenceUsed), ("Invalid currency", ProviderDown)],
)
def test_only_a_used_reference_is_worth_another(words: str, error: type[Exception]) -> None:
    with answering(refusal(words)), pytest.raises(error):
        provider.initialize({}, until=time.monotonic() + 5)


def test_a_refused_refund_has_the_providers_words() -> None:
    with answering(refusal("too much")), pytest.raises(ProviderRefused, match="too much"):
        provider.refund("AP1", {})


def test_nothing_is_asked_when_the_time_is_up() -> None:
    del SEEN[:]
    with answering(says(OK % b"{}")), pytest.raises(ProviderDown):
        provider.initialize({}, until=time.monotonic() - 1)
    assert SEEN == []


def test_the_key_is_ours_whatever_a_netrc_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    del SEEN[:]
    verified(status="success")
    assert [seen["Authorization"] for seen in SEEN] == ["Bearer our-key"]
