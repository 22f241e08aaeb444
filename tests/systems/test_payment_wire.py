"""Payments over a real socket: who may send a webhook, many at once, and a provider that is down, slow or silent."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.systems.broker import until
from tests.systems.paying import WEBHOOK
from tests.systems.till import Till
from tests.systems.wire import Reply

AT_ONCE = 20
THREADS = 8  # of one process of the API: so many have not waited before they are looked at
BOUND_SECONDS = 5
ODD = ["", "\xff\x80\xfe", "\xc3\xa9" * 32, "x" * 4_000, "0" * 64, "f" * 64, "\t", "a, b", "%00"]
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def till(worker_id: str) -> Iterator[Till]:
    till = Till(f"test-payment-wire-{worker_id}", "api", database_lock_seconds=2.5)
    yield till
    till.close()


@pytest.fixture(autouse=True)
def well(till: Till) -> Iterator[None]:
    yield
    till.sandbox.faults()


@pytest.fixture
def well_known(till: Till) -> None:
    """The provider answers, and the processes of the API know that it does, also after a test in which it did not."""
    until(lambda: {reply.status for reply in at_once(8, lambda _: till.start(till.book()))} == {200})


@pytest.fixture
def payment(till: Till) -> tuple[str, str]:
    """Of a booking; and the body of a webhook about it."""
    booking, tx_ref, _ = till.begin()
    return booking, json.dumps({"event": "charge.success", "status": "success", "tx_ref": tx_ref})


def asked_for(till: Till) -> int:
    """How many payments the provider is to be asked for."""
    (found,) = till.lab.sql("select count(*) from outbox_event where topic = 'payment.to_verify'")
    return int(found)


def send(till: Till, body: str | bytes, **headers: str) -> Reply:
    raw = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return till.wire.request("POST", WEBHOOK, {**JSON, **named}, raw)


def hex_of(key: str, body: str) -> str:
    return hmac.new(key.encode(), body.encode(), hashlib.sha256).hexdigest()


FORGED: dict[str, Callable[[Till, str], Any]] = {
    "unsigned": lambda till, body: send(till, body),
    "by the constant": lambda till, body: send(till, body, chapa_signature=till.sandbox.constant()),
    "by the constant under the right name": lambda till, body: send(
        till, body, x_chapa_signature=till.sandbox.constant()
    ),
    "by both": lambda till, body: send(
        till, body, x_chapa_signature=till.sandbox.constant(), chapa_signature=till.sandbox.constant()
    ),
    "of this body under the wrong name": lambda till, body: send(
        till, body, chapa_signature=hex_of(till.sandbox.secret, body)
    ),
    "by another key": lambda till, body: send(till, body, x_chapa_signature=hex_of("secret", body)),
    "by an empty key": lambda till, body: send(till, body, x_chapa_signature=hex_of("", body)),
    "by our API key": lambda till, body: send(till, body, x_chapa_signature=hex_of(till.sandbox.key, body)),
    "of another body": lambda till, body: send(till, body, x_chapa_signature=hex_of(till.sandbox.secret, "{}")),
    "of this body, written again": lambda till, body: send(
        till, json.dumps(json.loads(body), indent=1), x_chapa_signature=hex_of(till.sandbox.secret, body)
    ),
    "of the body before a blank": lambda till, body: send(
        till, body + " ", x_chapa_signature=hex_of(till.sandbox.secret, body)
    ),
    "twice": lambda till, body: till.wire.request(
        "POST", WEBHOOK, {**JSON, **till.sandbox.sign(body.encode()), "X-Chapa-Signature": "0"}, body.encode()
    ),
    "with the guest's token": lambda till, body: send(till, body, **till.guest),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_webhook_that_is_not_rightly_signed(till: Till, payment: tuple[str, str], how: str) -> None:
    before = asked_for(till)
    assert FORGED[how](till, payment[1]).problem() == (403, "forbidden")
    assert (asked_for(till), till.status(payment[0])) == (before, "pending")


@pytest.mark.parametrize("odd", ODD)
def test_odd_bytes_in_the_signature_are_refused(till: Till, payment: tuple[str, str], odd: str) -> None:
    assert send(till, payment[1], x_chapa_signature=odd).problem() == (403, "forbidden")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400), (b"[]", 400), (b"null", 400), (b"\xff\xfe", 400), (b'{"tx_ref": "\\ud800"}', 400),
        (b"", 200), (b"{}", 200), (b'{"tx_ref": null}', 200), (b'{"tx_ref": {"a": [1]}}', 200),
        (b'{"tx_ref": "\\u0000"}', 200),
        (b'{"tx_ref": "7d0e6a4e-7a39-4a7e-9d5c-0b6f5b3f7a11"}', 200), (b'{"event": "payout.success"}', 200),
    ],
)  # fmt: skip
def test_a_signed_webhook_about_nothing_does_nothing(till: Till, body: bytes, status: int) -> None:
    before = asked_for(till)
    assert till.sandbox.send(till.wire, body).status == status
    assert asked_for(till) == before


def test_a_webhook_has_a_largest_size(till: Till) -> None:
    for size, status in ((64 * 1024 - 2, 200), (64 * 1024 + 1, 413), (2_000_000, 413)):
        body = b"{" + b" " * size
        assert till.sandbox.send(till.wire, body[: size + 1] + b"}").status == status


def test_a_right_webhook_asks_for_the_payment(till: Till, payment: tuple[str, str]) -> None:
    """Also in chunks, for the bytes count. It needs neither the provider nor RabbitMQ."""
    before, raw = asked_for(till), payment[1].encode()
    till.sandbox.faults(down=503)
    assert till.sandbox.send(till.wire, raw).status == 200
    assert till.wire.in_chunks("POST", WEBHOOK, raw, till.sandbox.sign(raw)).status == 200
    assert asked_for(till) == before + 2
    assert till.status(payment[0]) == "pending"


# --- many at once


def at_once(number: int, act: Callable[[int], Any]) -> list[Any]:
    together = Barrier(number, timeout=60)

    def wait_and_act(one: int) -> Any:
        together.wait()
        return act(one)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(wait_and_act, range(number)))


def timed(act: Callable[[], Reply]) -> tuple[Reply, float]:
    begun = time.monotonic()
    return act(), time.monotonic() - begun


def test_a_payment_pressed_many_times_at_once_is_one(till: Till) -> None:
    booking = till.book()
    replies = at_once(AT_ONCE, lambda _: till.start(booking))
    assert {reply.status for reply in replies} == {200}
    [begun] = {reply.body for reply in replies}
    assert till.status(booking) == "pending"
    page = json.loads(begun)["checkout_url"]
    at_once(4, lambda _: till.sandbox.pay(page))
    assert till.sandbox.charges([json.loads(begun)["tx_ref"]]) == 1


def test_a_lost_page_asked_for_many_times_at_once(till: Till) -> None:
    """One of them finds out that the page is lost, and all get the one of the next payment."""
    booking = till.book()
    till.sandbox.faults(lost="close", requests=1)
    assert till.start(booking).status == 503
    replies = at_once(AT_ONCE, lambda _: till.start(booking))
    assert {reply.status for reply in replies} == {200}
    assert len({reply.body for reply in replies}) == 1
    assert till.status(booking) == "failed pending"


# --- a provider that does not answer


@pytest.mark.usefixtures("well_known")
@pytest.mark.parametrize("faults", [{"down": 503}, {"down": "close"}, {"delay_seconds": 60}, {"lost": 502}], ids=str)
def test_a_provider_in_trouble_is_a_503_in_time(till: Till, faults: dict[str, Any]) -> None:
    booking = till.book()
    till.sandbox.faults(**faults)
    for reply, seconds in at_once(THREADS, lambda _: timed(lambda: till.start(booking))):
        assert reply.problem() == (503, "service-unavailable")
        assert int(reply.headers["Retry-After"]) >= 1
        assert seconds < BOUND_SECONDS
    assert till.status(booking).split()[-1] == "pending"  # the row was there before the provider was asked


@pytest.mark.usefixtures("well_known")
def test_a_provider_that_is_back_goes_on_with_the_payment(till: Till) -> None:
    booking = till.book()
    till.sandbox.own.kill()
    try:
        reply, seconds = timed(lambda: till.start(booking))
        assert (reply.problem(), seconds < BOUND_SECONDS) == ((503, "service-unavailable"), True)
        [before] = till.lab.sql(f"select tx_ref from payments_payment where booking_id = '{booking}'")
    finally:
        till.sandbox.own.restart()
    assert till.start(booking).json()["tx_ref"] == str(before)


@pytest.mark.usefixtures("well_known")
def test_a_silent_provider_holds_nobody_else_up(till: Till) -> None:
    """It takes connections and says nothing. Threads that all waited for it would leave none for the rest."""
    bookings = [till.book() for _ in range(AT_ONCE)]
    till.sandbox.own.pause()
    try:
        paid = at_once(AT_ONCE, lambda number: till.start(bookings[number]))
        place, seconds = timed(lambda: till.wire.request("GET", "/api/v1/listings/?page_size=1"))
    finally:
        till.sandbox.own.resume()
    assert {reply.status for reply in paid} == {503}
    assert (place.status, seconds < BOUND_SECONDS) == (200, True)
