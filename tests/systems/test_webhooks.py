"""Webhooks over real sockets, with a relay, a worker and a mail server: whatever comes, a payment has its effects once.

The provider is asked what is true; a webhook only says when to ask.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from celery import Celery

from systems.core.queues import work_queues
from tests.systems.broker import until
from tests.systems.till import Till

ONCE = {"payments": "completed", "paid": True, "mails": ["Receipt"], "charges": 1, "refunds": 0}
NOTHING = {"payments": "pending", "paid": False, "mails": [], "charges": 0, "refunds": 0}
GIVEN_BACK = {"payments": "refunded", "paid": False, "mails": ["Receipt", "Refund"], "charges": 1, "refunds": 1}
AT_ONCE = 8


@pytest.fixture(scope="module")
def till(worker_id: str) -> Iterator[Till]:
    """With one process for the tasks, which therefore does them in order."""
    till = Till(f"test-webhooks-{worker_id}", "api", "worker", "relay", workers=1)
    yield till
    till.close()


@pytest.fixture(autouse=True)
def well(till: Till) -> Iterator[None]:
    yield
    till.sandbox.faults()


def until_once(till: Till, booking: str, tx_ref: str) -> None:
    until(lambda: till.mails(booking))
    till.settle()
    assert till.effects(booking, tx_ref) == ONCE


def test_over_rabbitmq_a_payment_has_one_of_each(till: Till) -> None:
    booking, tx_ref, page = till.begin()
    assert till.effects(booking, tx_ref) == NOTHING
    till.sandbox.pay(page)
    until_once(till, booking, tx_ref)


def test_over_rabbitmq_a_replayed_webhook_does_nothing(till: Till) -> None:
    booking, tx_ref, page = till.begin()
    till.sandbox.pay(page)
    till.until_status(booking, "completed")
    assert [till.webhook(tx_ref).status for _ in range(5)] == [200] * 5
    till.until_asked(tx_ref, 6)
    until_once(till, booking, tx_ref)


@pytest.mark.parametrize(
    "said",
    [{}, {"amount": "1.00"}, {"currency": "USD"}, {"mode": "test"}, {"event": "charge.failed", "status": "failed"}],
    ids=lambda said: " ".join(said) or "early",
)
def test_over_rabbitmq_an_early_or_untrue_webhook(till: Till, said: dict[str, str]) -> None:
    """Rightly signed, and sent before anybody has paid: nothing happens until somebody does."""
    booking, tx_ref, page = till.begin()
    assert till.webhook(tx_ref, **said).status == 200
    till.until_asked(tx_ref, 1)
    assert till.effects(booking, tx_ref) == NOTHING
    till.sandbox.pay(page)
    until_once(till, booking, tx_ref)


def test_over_rabbitmq_a_lie_about_a_payment_is_no_truth(till: Till) -> None:
    booking, tx_ref, page = till.begin()
    till.sandbox.faults(webhook_fields={"amount": "1.00", "status": "failed/cancelled", "currency": "USD"})
    till.sandbox.pay(page)
    until_once(till, booking, tx_ref)


@pytest.mark.parametrize(
    "other", [{"amount": "1.00"}, {"amount": "240.00", "currency": "USD"}], ids=["amount", "currency"]
)
def test_over_rabbitmq_a_smaller_charge_pays_nothing(till: Till, other: dict[str, str]) -> None:
    """With our tx_ref, which the provider did not know yet, somebody has paid something else."""
    booking = till.book()
    till.sandbox.faults(down=503)
    assert till.start(booking).status == 503
    till.sandbox.faults()
    with till.lab.connect() as connection:
        found = connection.execute("select tx_ref from payments_payment where booking_id = %s", [booking]).fetchone()
    tx_ref = str(found[0])  # type: ignore[index]
    till.sandbox.pay(till.sandbox.initialize(tx_ref, **other))
    till.until_asked(tx_ref, 1)
    assert till.effects(booking, tx_ref) == NOTHING | {"charges": 1}
    [what] = till.lab.sql("select what from payments_discrepancy join payments_payment p on p.id = payment_id"
                          f" where p.tx_ref = '{tx_ref}'")  # fmt: skip
    assert what.startswith("success, with ")


def test_over_rabbitmq_a_test_payment_is_none_in_earnest(till: Till) -> None:
    till.replace_worker(payments_mode="live")
    booking, tx_ref, page = till.begin()
    till.sandbox.pay(page)
    until(
        lambda: till.lab.sql("select count(*) from payments_discrepancy where what like '%mode test for live'") == [1]
    )
    till.replace_worker()
    assert till.effects(booking, tx_ref) == NOTHING | {"charges": 1}


def test_over_rabbitmq_a_payment_after_a_cancellation(till: Till) -> None:
    """It comes late, when nobody wants it any more: it is given back, all of it."""
    booking, tx_ref, page = till.begin()
    till.sandbox.faults(webhook_copies=0)
    till.sandbox.pay(page)
    assert till.cancel(booking).status == 200
    till.sandbox.faults()
    till.webhook(tx_ref)
    till.until_mails(booking, "Receipt", "Refund")
    till.webhook(tx_ref)
    till.settle()
    assert till.effects(booking, tx_ref) == GIVEN_BACK
    assert till.sandbox.ledger()[tx_ref]["refunds"][0]["amount"] == "240.00"


def test_over_rabbitmq_webhooks_out_of_order(till: Till) -> None:
    """The news that a first attempt failed comes after that of the second, which did not."""
    till.sandbox.faults(webhook_hold=2)
    booking, first, page = till.begin()
    till.sandbox.pay(page, "failed")
    till.webhook(first)
    till.until_status(booking, "failed")
    second = till.start(booking).json()
    till.sandbox.pay(second["checkout_url"])
    until(lambda: till.mails(booking))
    till.sandbox.faults()
    till.until_asked(first, 2)
    done = till.effects(booking, first, second["tx_ref"])
    assert done == ONCE | {"payments": "failed completed"}


def test_over_rabbitmq_copies_of_a_webhook_at_once(till: Till) -> None:
    booking, tx_ref, page = till.begin()
    till.sandbox.faults(webhook_copies=0)
    till.sandbox.pay(page)
    together = Barrier(AT_ONCE, timeout=60)

    def send(_: int) -> int:
        together.wait()
        return till.webhook(tx_ref).status

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(send, range(AT_ONCE))) == [200] * AT_ONCE
    until(lambda: till.sandbox.ledger()[tx_ref]["asked"] == AT_ONCE)
    till.sandbox.faults()
    until_once(till, booking, tx_ref)


def test_over_rabbitmq_paid_and_cancelled_at_once(till: Till) -> None:
    """Whichever is first, the guest has no stay and the money back."""
    till.sandbox.faults(webhook_copies=0)
    begun = [till.begin() for _ in range(AT_ONCE)]
    for _, _, page in begun:
        till.sandbox.pay(page)
    together = Barrier(2 * AT_ONCE, timeout=60)

    def act(number: int) -> int:
        booking, tx_ref, _ = begun[number // 2]
        together.wait()
        return (till.webhook(tx_ref) if number % 2 else till.cancel(booking)).status

    with ThreadPoolExecutor(2 * AT_ONCE) as pool:
        assert set(pool.map(act, range(2 * AT_ONCE))) == {200}
    for booking, tx_ref, _ in begun:
        till.until_mails(booking, "Receipt", "Refund")
        assert till.effects(booking, tx_ref) | {"paid": False} == GIVEN_BACK


def test_over_rabbitmq_a_lost_webhook_is_made_up_for(till: Till) -> None:
    booking, tx_ref, page = till.begin()
    till.sandbox.faults(webhook_copies=0)
    till.sandbox.pay(page)
    till.sandbox.faults()
    with till.lab.connect() as connection:
        connection.execute("update payments_payment set check_at = now() where tx_ref = %s", [tx_ref])
    beat = Celery("tests", broker=till.lab.url("rabbitmq"), set_as_current=False)
    beat.config_from_object("django.conf:settings", namespace="CELERY")
    beat.conf.update(broker_url=till.lab.url("rabbitmq"), task_queues=work_queues())
    beat.send_task("payments.check")
    beat.close()
    until_once(till, booking, tx_ref)
