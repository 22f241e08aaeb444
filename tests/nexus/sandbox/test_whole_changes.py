"""A payment's new state and its webhook are written together, or neither is."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nexus.sandbox.provider.payments import payment_by, payment_initialize, payment_settle
from nexus.sandbox.provider.refunds import Request, refund_create
from nexus.sandbox.provider.store import Store


class DiskFullError(Exception):
    pass


def fail(payment: dict[str, Any]) -> None:
    raise DiskFullError


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "ledger.sqlite3")
    payment_initialize(store, tx_ref="stay", amount=Decimal(10), currency="ETB", customer={})
    return store


def test_a_payment_is_not_settled_without_its_webhook(store: Store) -> None:
    token = payment_by(store, tx_ref="stay")["token"]
    with pytest.raises(DiskFullError):
        payment_settle(store, fail, token=token, outcome="success")
    payment = payment_by(store, tx_ref="stay")
    assert (payment["status"], payment["charged"]) == ("pending", 0)


def test_a_refund_is_not_made_without_its_webhook(store: Store) -> None:
    payment = payment_by(store, tx_ref="stay")
    payment_settle(store, lambda payment: None, token=payment["token"], outcome="success")
    with pytest.raises(DiskFullError):
        refund_create(store, fail, reference=payment["reference"], request=Request(None, "r", None, {}))
    assert store.all("select * from refunds") == []
    assert payment_by(store, tx_ref="stay")["status"] == "success"
