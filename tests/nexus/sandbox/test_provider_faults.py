"""What the payment sandbox can be asked to do wrong: each fault is seen at a client of it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.nexus.sandbox.clients import Shopper


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


def test_a_slow_answer_comes_after_the_work(shopper: Shopper) -> None:
    shopper.faults(delay_seconds=60, requests=1)
    headers = {"Authorization": f"Bearer {shopper.key}"}
    body = {"amount": "1", "currency": "ETB", "tx_ref": shopper.tx_ref}
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{shopper.url}/v1/transaction/initialize", json=body, headers=headers, timeout=0.5)
    assert shopper.ledger()["status"] == "pending"


def test_a_slow_answer_holds_up_no_other(shopper: Shopper) -> None:
    shopper.faults(delay_seconds=0.5, requests=20)
    barrier = threading.Barrier(20)

    def ask(_: int) -> float:
        barrier.wait(60)
        return shopper.verify().elapsed.total_seconds()

    with ThreadPoolExecutor(20) as pool:
        assert max(pool.map(ask, range(20))) < 20 * 0.5 / 2


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
