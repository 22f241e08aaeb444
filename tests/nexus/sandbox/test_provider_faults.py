"""What the payment sandbox can be asked to do wrong: each fault is seen at a client of it."""

import http.client
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.nexus.sandbox.clients import Shopper

Eventually = Callable[[Callable[[], object]], None]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_down_refuses_and_does_nothing(shopper: Shopper, status: int) -> None:
    shopper.faults(down=status, requests=1)
    answer = shopper.initialize()
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=UTF-8")
    assert shopper.initialize().status_code == 200, "the tx_ref was used by the request that failed"


def test_down_may_close_the_connection(shopper: Shopper) -> None:
    shopper.faults(down="close")
    with pytest.raises(requests.ConnectionError):
        shopper.initialize()
    shopper.faults()
    assert shopper.initialize().status_code == 200


@pytest.mark.parametrize("how", ["close", 500])
def test_a_lost_answer_leaves_the_refund_made(shopper: Shopper, how: Any) -> None:
    payment = str(shopper.pay().json()["reference"])
    shopper.faults(lost=how, requests=1)
    if how == "close":
        with pytest.raises(requests.ConnectionError):
            shopper.refund(payment, reference=f"r-{how}")
    else:
        assert shopper.refund(payment, reference=f"r-{how}").status_code == 500
    assert shopper.refund(payment, reference=f"r-{how}").status_code == 200
    assert len(shopper.ledger()["refunds"]) == 1


def test_a_slow_answer_is_late_after_the_work_and_alone(shopper: Shopper, eventually: Eventually) -> None:
    shopper.initialize()
    shopper.faults(delay_seconds=60, requests=1)
    slow = http.client.HTTPConnection("127.0.0.1", urlsplit(shopper.url).port or 0)
    slow.request("GET", f"/v1/transaction/verify/{shopper.tx_ref}", headers={"Authorization": f"Bearer {shopper.key}"})
    eventually(lambda: shopper.ledger()["asked"] == 1)
    assert shopper.verify().status_code == 404
    assert slow.sock is not None
    slow.sock.setblocking(False)
    with pytest.raises(BlockingIOError):
        slow.sock.recv(1)
    slow.close()


def test_verify_may_be_behind(shopper: Shopper) -> None:
    shopper.faults(verify_behind=2)
    shopper.pay()
    assert [shopper.verify().status_code for _ in range(3)] == [404, 404, 200]


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        ({"down": 404}, "down must be null, 500, 502, 503 or 'close', got 404"),
        ({"signature": "none"}, "signature must be 'valid', 'missing', 'constant' or 'wrong', got 'none'"),
        ({"webhook_fields": {"event": "x"}}, "webhook_fields must be an object of texts with names of amount, charge, "
         "currency, mode, reference, status, tx_ref, got {'event': 'x'}"),
        ({"webhook_copies": 11}, "webhook_copies must be a whole number from 0 to 10, got 11"),
    ],
)  # fmt: skip
def test_an_unknown_fault_changes_nothing(shopper: Shopper, faults: dict[str, Any], why: str) -> None:
    shopper.faults(webhook_copies=2)
    answer = shopper.faults(**faults)
    assert (answer.status_code, answer.json()) == (400, {"error": why})
    assert requests.get(f"{shopper.url}/faults", timeout=30).json()["webhook_copies"] == 2


def test_faults_that_are_not_named_end(shopper: Shopper) -> None:
    shopper.faults(down=500)
    shopper.faults(webhook_copies=2)
    assert shopper.initialize().status_code == 200
