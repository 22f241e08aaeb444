"""The sandbox's webhooks at a real receiver: signed, retried until 200, and each way in which they can lie."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest
import requests

from nexus.services.provider import Provider
from tests.nexus.sandbox.clients import Shop, Shopper, Webhook

Eventually = Callable[[Callable[[], object]], None]


def signed(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def states(shopper: Shopper) -> list[str]:
    return [webhook["state"] for webhook in shopper.ledger()["webhooks"]]


def only(shopper: Shopper, outcome: str = "success") -> Webhook:
    shopper.pay(outcome)
    [webhook] = shopper.shop.wait_for(1)
    return webhook


def test_a_webhook_is_flat_and_its_amount_a_text(shopper: Shopper) -> None:
    body = only(shopper).body
    truth = {"event": "charge.success", "status": "success", "amount": "400.00", "charge": "12.00", "currency": "ETB"}
    assert {**truth, "mode": "test", "tx_ref": shopper.tx_ref}.items() <= body.items()
    assert body["reference"] == shopper.ledger()["reference"]
    assert "data" not in body


@pytest.mark.parametrize("outcome", ["failed", "cancelled"])
def test_a_failure_has_the_documented_name(shopper: Shopper, outcome: str) -> None:
    body = only(shopper, outcome).body
    assert (body["event"], body["status"]) == ("charge.failed/cancelled", "failed/cancelled")


def test_a_refund_has_its_own_webhook(shopper: Shopper) -> None:
    shopper.refund(shopper.pay().json()["reference"], **{"meta[why]": "rain"})
    body = shopper.shop.wait_for(2)[1].body
    assert (body["event"], body["status"], body["meta"]) == ("charge.refunded", "refunded", {"why": "rain"})


def test_one_signature_proves_the_body_the_other_nothing(shopper: Shopper) -> None:
    headers, raw = only(shopper)
    assert headers["x-chapa-signature"] == signed(shopper.secret, raw)
    assert headers["chapa-signature"] == signed(shopper.secret, shopper.secret.encode())


def test_a_webhook_is_sent_until_it_is_answered_200(shopper: Shopper, shop: Shop, eventually: Eventually) -> None:
    shop.answers = [500, 302]
    shopper.pay()
    first, *others = shop.wait_for(3)
    assert {webhook.raw for webhook in others} == {first.raw}
    eventually(lambda: states(shopper) != ["waiting"])
    [webhook] = shopper.ledger()["webhooks"]
    assert (webhook["state"], webhook["answers"]) == ("delivered", ["500", "302", "200"])


def test_a_webhook_is_given_up_after_its_retries(shopper: Shopper, shop: Shop, eventually: Eventually) -> None:
    shop.answers = [500] * 10
    shopper.pay()
    shop.wait_for(4)
    eventually(lambda: states(shopper) != ["waiting"])
    assert states(shopper) == ["given up"]
    assert len(shop.webhooks) == 4


def test_a_webhook_waits_for_a_shop_that_is_away(
    fresh: Provider, shop: Shop, closed_port: int, eventually: Eventually
) -> None:
    fresh.settings["WEBHOOK_URL"] = f"http://127.0.0.1:{closed_port}/"
    fresh.start()
    shopper = Shopper(fresh, shop)
    shopper.pay()
    eventually(lambda: shopper.ledger()["webhooks"][0]["answers"])
    requests.post(f"{shopper.url}/dashboard", json={"webhook_url": shop.url}, timeout=30).raise_for_status()
    assert shop.wait_for(1)[0].body["tx_ref"] == shopper.tx_ref


def test_a_kill_loses_no_webhook(fresh: Provider, shop: Shop) -> None:
    fresh.start()
    shopper = Shopper(fresh, shop)
    shop.answers = [500] * 3
    shopper.pay()
    shop.wait_for(1)
    fresh.kill()
    fresh.start()
    assert len({webhook.raw for webhook in shop.wait_for(4)}) == 1


def test_the_dashboard_is_remembered_without_a_setting(fresh: Provider, shop: Shop) -> None:
    del fresh.settings["WEBHOOK_URL"]
    url = fresh.start().url
    settings = {"webhook_url": shop.url, "retry_seconds": 0.1, "retries": 1}
    assert requests.post(f"{url}/dashboard", json=settings, timeout=30).json() == settings
    fresh.kill()
    fresh.start()
    assert requests.get(f"{url}/dashboard", timeout=30).json()["webhook_url"] == shop.url


@pytest.mark.parametrize("wrong", [{"webhook_url": "ftp://x"}, {"retries": -1}, {"retry_seconds": "1"}, {"x": 1}])
def test_a_wrong_dashboard_setting_is_refused(shopper: Shopper, wrong: dict[str, Any]) -> None:
    assert requests.post(f"{shopper.url}/dashboard", json=wrong, timeout=30).status_code == 400


# --- the faults


def test_a_webhook_can_come_twice(shopper: Shopper) -> None:
    shopper.faults(webhook_copies=2)
    shopper.pay()
    first, second = shopper.shop.wait_for(2)
    assert first.raw == second.raw
    assert shopper.ledger()["charged"] == 1


def test_a_webhook_can_be_missing(shopper: Shopper) -> None:
    shopper.faults(webhook_copies=0)
    shopper.pay()
    assert shopper.ledger()["webhooks"] == []


def test_a_webhook_can_be_late(shopper: Shopper) -> None:
    shopper.faults(webhook_delay_seconds=3600)
    shopper.pay()
    assert states(shopper) == ["waiting"]
    shopper.faults()
    shopper.tx_ref += "-next"
    shopper.pay()
    assert [webhook.body["tx_ref"] for webhook in shopper.shop.wait_for(1)] == [shopper.tx_ref]


def test_webhooks_can_come_in_the_wrong_order(shopper: Shopper) -> None:
    shopper.faults(webhook_hold=2)
    shopper.refund(shopper.pay().json()["reference"])
    assert [webhook.body["status"] for webhook in shopper.shop.wait_for(2)] == ["refunded", "success"]


def test_webhooks_that_are_held_come_after_a_kill(fresh: Provider, shop: Shop) -> None:
    fresh.start()
    shopper = Shopper(fresh, shop)
    shopper.faults(webhook_hold=5)
    shopper.pay()
    fresh.kill()
    fresh.start()
    shop.wait_for(1)


def test_webhooks_that_are_held_come_when_all_is_well(shopper: Shopper) -> None:
    shopper.faults(webhook_hold=5)
    shopper.pay()
    assert states(shopper) == ["waiting"]
    shopper.faults()
    shopper.shop.wait_for(1)


@pytest.mark.parametrize(
    ("outcome", "lie"),
    [
        ("success", {"amount": "1.00"}),
        ("success", {"currency": "USD"}),
        ("success", {"mode": "live"}),
        ("success", {"tx_ref": "another's"}),
        ("failed", {"status": "success"}),
    ],
)
def test_a_webhook_can_lie_with_a_good_signature(shopper: Shopper, outcome: str, lie: dict[str, str]) -> None:
    shopper.faults(webhook_fields=lie)
    webhook = only(shopper, outcome)
    assert lie.items() <= webhook.body.items()
    assert webhook.body["event"] == "charge.success"
    assert webhook.headers["x-chapa-signature"] == signed(shopper.secret, webhook.raw)
    verified = shopper.verify().json()["data"]
    assert not {name: str(value) for name, value in lie.items()}.items() <= verified.items()


@pytest.mark.parametrize(
    ("fault", "names"),
    [
        ("missing", set()),
        ("constant", {"chapa-signature"}),
        ("wrong", {"chapa-signature", "x-chapa-signature"}),
    ],
)
def test_a_signature_can_be_bad(shopper: Shopper, fault: str, names: set[str]) -> None:
    shopper.faults(signature=fault)
    headers, raw = only(shopper)
    assert {name for name in headers if "signature" in name} == names
    assert headers.get("x-chapa-signature") != signed(shopper.secret, raw)
