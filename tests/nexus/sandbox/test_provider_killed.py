"""A provider that is killed with SIGKILL remembers what it answered."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import requests

from nexus.services.provider import Provider
from tests.nexus.sandbox.clients import Shop, Shopper

BUYERS, KILLS, BETWEEN = 4, 3, 8


def test_a_killed_provider_remembers_all(fresh: Provider, shop: Shop) -> None:
    fresh.start()
    shopper = Shopper(fresh, shop)
    payment = str(shopper.pay().json()["reference"])
    refund = shopper.refund(payment, reference="r-kill").json()
    shop.wait_for(2)
    before = shopper.ledger()
    fresh.kill()
    fresh.start()
    after = shopper.ledger()
    assert {**after, "webhooks": []} == {**before, "webhooks": []}
    assert (after["charged"], after["status"]) == (1, "refunded")
    assert shopper.refund(payment, reference="r-kill").json() == refund
    assert shopper.initialize().status_code == 400


class Buyers:
    """They buy one stay after the other, whether the provider lives or not. answered: the tx_refs that were paid."""

    def __init__(self, provider: Provider, shop: Shop) -> None:
        self.provider, self.shop = provider, shop
        self.answered: list[str] = []
        self.ended = threading.Event()

    def buy(self, buyer: int) -> None:
        number = 0
        while not self.ended.is_set():
            number += 1
            shopper = Shopper(self.provider, self.shop)
            shopper.tx_ref = f"kill-{buyer}-{number}"
            with suppress(requests.RequestException):
                if shopper.pay().ok:
                    self.answered.append(shopper.tx_ref)


def test_kills_amid_payments_leave_whole_ones(
    fresh: Provider, shop: Shop, eventually: Callable[[Callable[[], object]], None]
) -> None:
    """What was answered is there, once, with its webhook; what was not answered may be there, and whole."""
    fresh.start()
    buyers = Buyers(fresh, shop)
    with ThreadPoolExecutor(BUYERS) as pool:
        buying = [pool.submit(buyers.buy, buyer) for buyer in range(BUYERS)]
        for kill in range(KILLS):
            eventually(lambda enough=(kill + 1) * BETWEEN: len(buyers.answered) >= enough)  # type: ignore[misc]
            fresh.kill()
            fresh.start()
        buyers.ended.set()
    assert [each.result() for each in buying] == [None] * BUYERS
    ledger = requests.get(f"{fresh.service().url}/ledger.json", timeout=30).json()
    assert {ledger[tx_ref]["charged"] for tx_ref in buyers.answered} == {1}
    assert all(len(payment["webhooks"]) == payment["charged"] for payment in ledger.values())
