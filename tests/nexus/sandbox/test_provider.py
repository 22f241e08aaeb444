"""The payment sandbox's interface over real HTTP: shapes as Chapa documents them, and each effect once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from nexus.services.provider import Provider
from tests.nexus.sandbox.clients import Shopper

AT_ONCE = 50


def paid(shopper: Shopper) -> str:
    """The provider's reference of a payment that was made."""
    return str(shopper.pay().json()["reference"])


def test_initialize_gives_a_checkout_page_and_no_id(shopper: Shopper) -> None:
    answer = shopper.initialize()
    body = answer.json()
    assert (answer.status_code, body["message"], body["status"]) == (200, "Hosted Link", "success")
    assert list(body["data"]) == ["checkout_url"]
    assert requests.get(body["data"]["checkout_url"], timeout=30).status_code == 200


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "Authorization required"),
        ({"Authorization": "Basic abc"}, "Authorization required"),
        ({"Authorization": "Bearer CHASECK_TEST-wrong"}, "Invalid API Key or User doesn't exist"),
    ],
)
@pytest.mark.parametrize("path", ["transaction/initialize", "refund/x"])
def test_a_request_without_the_key_is_refused(
    shopper: Shopper, path: str, headers: dict[str, str], message: str
) -> None:
    answer = shopper.post(f"/v1/{path}", json={}, headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"message": message, "status": "failed", "data": None})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"amount": None}, {"amount": ["validation.required"]}),
        ({"tx_ref": ""}, {"tx_ref": ["validation.required"]}),
        ({"amount": "ten"}, {"amount": ["validation.numeric"]}),
        ({"amount": "NaN"}, {"amount": ["validation.numeric"]}),
        ({"amount": True}, {"amount": ["validation.numeric"]}),
        ({"amount": "1e999999999"}, {"amount": ["validation.between"]}),
        ({"amount": "-1"}, {"amount": ["validation.between"]}),
        ({"amount": "0.001"}, {"amount": ["validation.between"]}),
        ({"currency": "EUR"}, "Invalid currency, currency is not supported"),
        ({"currency": {}}, "Invalid currency, currency is not supported"),
        ({"tx_ref": ["x"]}, {"tx_ref": ["validation.string"]}),
        ({"email": "x" * 501}, {"email": ["validation.string"]}),
        ({"return_url": "javascript:alert(1)"}, {"return_url": ["validation.url"]}),
        ({"return_url": "javascript://x/%0aalert(1)"}, {"return_url": ["validation.url"]}),
        ({"return_url": "http://["}, {"return_url": ["validation.url"]}),
        ({"customization": "x"}, {"customization": ["validation.array"]}),
    ],
)
def test_a_bad_field_is_named(shopper: Shopper, changed: dict[str, Any], message: object) -> None:
    answer = shopper.initialize(**changed)
    assert (answer.status_code, answer.json()) == (400, {"message": message, "status": "failed", "data": None})


def test_a_body_that_is_no_json_is_refused(shopper: Shopper) -> None:
    headers = {"Authorization": f"Bearer {shopper.key}", "Content-Type": "application/json"}
    for body in ("{", '{"amount": NaN}', '{"tx_ref": "\\ud800"}', "[" * 20_000, b"\xff"):
        answer = shopper.post("/v1/transaction/initialize", data=body, headers=headers)
        assert (answer.status_code, answer.json()["message"]) == (400, "the body is not JSON")
    assert shopper.post("/v1/transaction/initialize", data={"amount": "1"}).status_code == 400


def test_a_tx_ref_serves_once(shopper: Shopper) -> None:
    shopper.initialize()
    answer = shopper.initialize(amount="1")
    assert (answer.status_code, answer.json()["message"]) == (400, "Transaction reference has been used before")
    assert shopper.ledger()["amount"] == "400.00"


def test_verify_of_what_is_unknown_or_not_paid(shopper: Shopper) -> None:
    unknown = shopper.verify()
    assert unknown.status_code == 404
    assert unknown.json()["message"] == "Invalid transaction or Transaction not found"
    shopper.initialize()
    answer = shopper.verify()
    assert (answer.status_code, answer.json()) == (
        404,
        {"message": "Payment not paid yet", "status": None, "data": None},
    )


def test_verify_tells_what_became_of_the_money(shopper: Shopper) -> None:
    requests.post(shopper.checkout(amount="400.50", meta={"booking": 7}), data={"outcome": "success"}, timeout=30)
    body = shopper.verify().json()
    assert (body["message"], body["status"]) == ("Payment details", "success")
    expected = {"amount": 400.5, "currency": "ETB", "mode": "test", "status": "success", "tx_ref": shopper.tx_ref}
    assert expected.items() <= body["data"].items()
    assert (body["data"]["charge"], body["data"]["meta"]) == (12.02, {"booking": 7})


@pytest.mark.parametrize("outcome", ["failed", "cancelled"])
def test_a_failure_is_in_the_inner_status_alone(shopper: Shopper, outcome: str) -> None:
    shopper.pay(outcome)
    body = shopper.verify().json()
    assert (body["status"], body["data"]["status"]) == ("success", "failed/cancelled")
    assert shopper.ledger()["charged"] == 0


def test_50_clicks_at_once_charge_once(shopper: Shopper) -> None:
    checkout, barrier = shopper.checkout(), threading.Barrier(AT_ONCE)

    def click(_: int) -> int:
        barrier.wait(60)
        return requests.post(checkout, data={"outcome": "success"}, timeout=30).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert set(pool.map(click, range(AT_ONCE))) == {200}
    shopper.shop.wait_for(1)
    assert shopper.ledger()["charged"] == 1
    assert len(shopper.ledger()["webhooks"]) == 1


def test_of_pay_and_cancel_at_once_one_wins(shopper: Shopper) -> None:
    checkout, barrier = shopper.checkout(), threading.Barrier(AT_ONCE)

    def click(number: int) -> int:
        barrier.wait(60)
        outcome = ("success", "cancelled")[number % 2]
        return requests.post(checkout, data={"outcome": outcome}, timeout=30).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        codes = list(pool.map(click, range(AT_ONCE)))
    assert sorted(set(codes)) == [200, 409]
    assert codes.count(200) == AT_ONCE // 2
    assert len(shopper.ledger()["webhooks"]) == 1


def test_an_unknown_outcome_or_page_is_refused(shopper: Shopper) -> None:
    answer = shopper.pay("free")
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "outcome must be success, failed, cancelled, got 'free'"},
    )
    for method in (requests.get, requests.post):
        answer = method(f"{shopper.url}/checkout/payment/x", data={"outcome": "success"}, timeout=30)
        assert answer.status_code == 404


def test_a_refund_answers_and_verifies_alike(shopper: Shopper) -> None:
    answer = shopper.refund(paid(shopper), reason="cancelled", reference="r-alike", **{"meta[booking]": "7"})
    data = answer.json()["data"]
    expected = {"amount": 400, "currency": "ETB", "merchant_reference": "r-alike", "meta": {"booking": "7"}}
    assert expected.items() <= data.items()
    assert shopper.get(f"/v1/refund/{data['ref_id']}/verify").json()["data"] == data
    assert shopper.verify().json()["data"]["status"] == "refunded"


def test_50_refunds_at_once_with_one_reference_refund_once(shopper: Shopper) -> None:
    payment, barrier = paid(shopper), threading.Barrier(AT_ONCE)

    def refund(_: int) -> str:
        barrier.wait(60)
        return str(shopper.refund(payment, amount="10", reference="r-once").json()["data"]["ref_id"])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        [ref_id] = set(pool.map(refund, range(AT_ONCE)))
    assert [each["ref_id"] for each in shopper.ledger()["refunds"]] == [ref_id]


def test_refunds_without_a_reference_are_each_made(shopper: Shopper) -> None:
    payment = paid(shopper)
    for _ in range(2):
        assert shopper.refund(payment, amount="10").status_code == 200
    assert [each["amount"] for each in shopper.ledger()["refunds"]] == ["10.00", "10.00"]


def test_a_reference_of_another_refund_is_refused(shopper: Shopper) -> None:
    payment = paid(shopper)
    shopper.refund(payment, amount="10", reference="r-other")
    answer = shopper.refund(payment, amount="20", reference="r-other")
    assert answer.status_code == 400
    assert answer.json()["message"] == "The reference has been used before, for another refund"
    assert len(shopper.ledger()["refunds"]) == 1


def test_no_more_is_refunded_than_was_paid(shopper: Shopper) -> None:
    payment = paid(shopper)
    shopper.refund(payment, amount="399")
    assert shopper.refund(payment, amount="1.01").status_code == 400
    assert shopper.refund(payment).json()["data"]["amount"] == 1
    assert shopper.refund(payment).status_code == 400
    assert sum(float(each["amount"]) for each in shopper.ledger()["refunds"]) == 400


def test_what_was_not_paid_is_not_refunded(shopper: Shopper) -> None:
    payment = str(shopper.pay("failed").json()["reference"])
    answer = shopper.refund(payment)
    assert answer.status_code == 400
    assert answer.json()["message"] == "Only a successful transaction can be refunded"
    assert shopper.refund(shopper.tx_ref).status_code == 404, "the merchant's own tx_ref is not the reference"


def test_the_name_of_its_own_address_is_answered(fresh: Provider) -> None:
    fresh.settings["URL"] = "http://pay.example:8443/"
    url = fresh.start().url
    hosts = ("127.0.0.1", "pay.example:8443", "attacker.example")
    codes = [requests.get(f"{url}/ledger.json", headers={"Host": host}, timeout=30).status_code for host in hosts]
    assert codes == [200, 200, 421]
    body = {"amount": "1", "currency": "ETB", "tx_ref": "stay"}
    answer = fresh.connect().post(f"{url}/v1/transaction/initialize", json=body, timeout=30)
    assert answer.json()["data"]["checkout_url"].startswith("http://pay.example:8443/checkout/payment/")
