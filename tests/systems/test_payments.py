"""Starting a payment over HTTP, with the payment sandbox as the provider."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from systems.accounts.models import Role, User
from systems.bookings.models import Booking, Status
from systems.payments.models import Payment
from systems.payments.models import Status as Paid
from systems.payments.verification import payment_verify
from tests.systems.asking import fields
from tests.systems.paying import Sandbox

StayOf = Callable[..., Booking]
Client = Callable[..., APIClient]


def start(client: APIClient, stay: Booking, **body: Any) -> Any:
    return client.post(f"/api/v1/bookings/{stay.pk}/payment/", body, format="json")


def payments(stay: Booking) -> list[str]:
    return list(Payment.objects.filter(booking=stay).order_by("created_at").values_list("status", flat=True))


def paid(sandbox: Sandbox, client: APIClient, stay: Booking, outcome: str = "success") -> Payment:
    """A payment that the provider was asked about after the guest has paid, or has not."""
    answer = start(client, stay).json()
    sandbox.pay(answer["checkout_url"], outcome)
    payment = Payment.objects.get(tx_ref=answer["tx_ref"])
    payment_verify(tx_ref=payment.tx_ref)
    payment.refresh_from_db()
    return payment


@pytest.mark.parametrize("status", [Status.PENDING, Status.CONFIRMED])
def test_a_payment_is_of_the_bookings_total(payable: Sandbox, client_of: Client, stay_of: StayOf, status: str) -> None:
    stay = stay_of(status=status)
    answer = start(client_of(stay.guest), stay)
    assert (answer.status_code, list(answer.json())) == (200, ["tx_ref", "checkout_url"])
    asked = payable.ledger()[answer.json()["tx_ref"]]
    assert (Decimal(asked["amount"]), asked["currency"]) == (stay.total_price, "ETB")
    assert answer.json()["checkout_url"].startswith(f"{payable.url}/checkout/")


def test_a_payment_started_twice_is_the_same(payable: Sandbox, client_of: Client, stay_of: StayOf) -> None:
    stay = stay_of()
    first, second = (start(client_of(stay.guest), stay).json() for _ in range(2))
    assert first == second
    assert payments(stay) == ["pending"]


@pytest.mark.parametrize("name", ["amount", "currency", "status", "tx_ref", "user_id", "booking_id", "anything"])
def test_what_is_not_the_clients_to_say_is_named(client_of: Client, stay_of: StayOf, name: str) -> None:
    stay = stay_of()
    answer = start(client_of(stay.guest), stay, **{name: "1.00"})
    assert fields(answer) == [name]
    assert payments(stay) == []


def test_only_the_guest_pays(payable: Sandbox, client_of: Client, stay_of: StayOf, person: Callable[..., User]) -> None:
    stay = stay_of()
    for account, status in ((stay.listing.host, 403), (person(Role.ADMIN), 403), (person(), 404)):
        assert start(client_of(account), stay).status_code == status
    assert payments(stay) == []


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.COMPLETED])
def test_a_stay_that_is_past_paying_is_refused(client_of: Client, stay_of: StayOf, status: str) -> None:
    stay = stay_of(status=status)
    answer = start(client_of(stay.guest), stay)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/illegal-transition")


def test_a_payment_that_is_done_is_not_reset(payable: Sandbox, client_of: Client, stay_of: StayOf) -> None:
    stay = stay_of()
    payment = paid(payable, client_of(stay.guest), stay)
    answer = start(client_of(stay.guest), stay)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/already-done")
    assert answer.json()["tx_ref"] == str(payment.tx_ref)  # so a client that has forgotten it can read it
    assert (payments(stay), payable.charges([payment.tx_ref])) == (["completed"], 1)
    assert Payment.objects.get(booking=stay).tx_ref == payment.tx_ref


def test_a_payment_that_failed_is_begun_again(payable: Sandbox, client_of: Client, stay_of: StayOf) -> None:
    stay = stay_of()
    failed = paid(payable, client_of(stay.guest), stay, "cancelled")
    again = paid(payable, client_of(stay.guest), stay)
    assert (failed.status, again.status) == (Paid.FAILED, Paid.COMPLETED)
    assert payable.charges([failed.tx_ref, again.tx_ref]) == 1


# --- a provider that does not answer


@pytest.mark.parametrize("how", [500, 502, 503, "close"])
def test_a_provider_that_is_down_is_a_503(payable: Sandbox, client_of: Client, stay_of: StayOf, how: Any) -> None:
    stay = stay_of()
    payable.faults(down=how)
    answer = start(client_of(stay.guest), stay)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/service-unavailable")
    assert answer["Retry-After"] == "2"
    payable.faults()
    begun = Payment.objects.get(booking=stay)
    assert start(client_of(stay.guest), stay).json()["tx_ref"] == str(begun.tx_ref)


def test_a_page_that_was_lost_can_not_be_paid_on(payable: Sandbox, client_of: Client, stay_of: StayOf) -> None:
    """The provider tells the checkout page of a tx_ref once. Without that answer, another tx_ref is needed."""
    stay = stay_of()
    payable.faults(lost="close")
    assert start(client_of(stay.guest), stay).status_code == 503
    payable.faults()
    answer = start(client_of(stay.guest), stay)
    assert answer.status_code == 200
    assert payments(stay) == ["failed", "pending"]
    assert Payment.objects.get(booking=stay, status="pending").checkout_url == answer.json()["checkout_url"]


def test_after_failures_in_a_row_the_provider_is_let_be(payable: Sandbox, client_of: Client, stay_of: StayOf) -> None:
    stays = [stay_of(start=20 * n, end=20 * n + 1) for n in range(1, 6)]
    payable.faults(down=503)
    answers = [start(client_of(stay.guest), stay) for stay in stays]
    assert [answer.status_code for answer in answers] == [503] * 5
    said = [answer.json()["detail"] for answer in answers]
    assert ["not asked again yet" in one for one in said] == [False, False, True, True, True]


def test_without_a_provider_no_payment_begins(client_of: Client, stay_of: StayOf) -> None:
    stay = stay_of()
    answer = start(client_of(stay.guest), stay)
    assert (answer.status_code, answer["Retry-After"]) == (503, "3600")
    assert "not set up" in answer.json()["detail"]
    assert payments(stay) == []


# --- reading one


def test_a_payment_is_read_by_whom_its_booking_concerns(
    payable: Sandbox, client_of: Client, stay_of: StayOf, person: Callable[..., User]
) -> None:
    stay = stay_of()
    payment = paid(payable, client_of(stay.guest), stay)
    address = f"/api/v1/payments/{payment.tx_ref}/"
    for account in (stay.guest, stay.listing.host):
        said = client_of(account).get(address).json()
        assert (said["status"], said["booking"], said["amount"], said["refunded"]) == (
            "completed", str(stay.pk), "240.00", "0.00",
        )  # fmt: skip
    assert client_of(person()).get(address).status_code == 404


def test_a_payments_status_is_the_databases(payable: Sandbox, client_of: Client, stay_of: StayOf) -> None:
    """The provider is not asked for it, so reading is as quick as the database."""
    stay = stay_of()
    begun = start(client_of(stay.guest), stay).json()
    payable.pay(begun["checkout_url"])
    payable.faults(down=503)
    assert client_of(stay.guest).get(f"/api/v1/payments/{begun['tx_ref']}/").json()["status"] == "pending"


def test_nights_that_are_paid_no_longer_count(payable: Sandbox, client_of: Client, stay_of: StayOf) -> None:
    from systems.bookings.selectors import nights_pending

    stay = stay_of(status=Status.PENDING)
    assert nights_pending(guest=stay.guest) == 3
    paid(payable, client_of(stay.guest), stay)
    assert nights_pending(guest=stay.guest) == 0
