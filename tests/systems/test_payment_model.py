"""What the database refuses of payments, whatever a program thinks."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from systems.bookings.models import Booking
from systems.payments.models import Discrepancy, Payment, Refund, Status

StayOf = Callable[..., Booking]
PAID = {"status": Status.COMPLETED, "reference": "AP1"}


def payment(stay: Booking, **other: Any) -> Payment:
    fields = {"amount": 240, "currency": "ETB", "check_at": timezone.now(), **other}
    return Payment.objects.create(booking=stay, **fields)


def refund(of: Payment, **other: Any) -> Refund:
    return Refund.objects.create(payment=of, **{"amount": 1, "reason": "", "check_at": timezone.now(), **other})


def refused(constraint: str, make: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make()


@pytest.mark.parametrize("first", [{}, PAID])
@pytest.mark.parametrize("second", [{}, PAID | {"reference": "AP2"}])
def test_a_booking_has_one_payment_that_counts(stay_of: StayOf, first: Any, second: Any) -> None:
    stay = stay_of()
    payment(stay, **first)
    refused("one_payment_a_booking", lambda: payment(stay, **second))


def test_a_payment_may_follow_those_that_failed(stay_of: StayOf) -> None:
    stay = stay_of()
    for ended in ({"status": Status.FAILED}, {"status": Status.FAILED}, PAID | {"status": Status.REFUNDED}):
        payment(stay, **ended)
    payment(stay)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"amount": 0}, "payment_is_positive"),
        ({"amount": -1}, "payment_is_positive"),
        ({"status": "paid"}, "payment_status_is_known"),
        ({"status": Status.COMPLETED}, "paid_has_a_reference"),
        ({"status": Status.REFUNDED}, "paid_has_a_reference"),
    ],
)
def test_a_payment_that_makes_no_sense_is_refused(stay_of: StayOf, fields: Any, constraint: str) -> None:
    refused(constraint, lambda: payment(stay_of(), **fields))


def test_a_reference_names_one_payment(stay_of: StayOf) -> None:
    payment(stay_of(), **PAID)
    refused("one_payment_a_reference", lambda: payment(stay_of(), **PAID))
    one = payment(stay_of())
    refused("tx_ref", lambda: payment(stay_of(), tx_ref=one.tx_ref))


def test_a_payment_is_refunded_once(stay_of: StayOf) -> None:
    one = payment(stay_of(), **PAID)
    first = refund(one)
    refused("payment_id", lambda: refund(one))
    refused("reference", lambda: refund(payment(stay_of()), reference=first.reference))


@pytest.mark.parametrize(
    ("fields", "constraint"), [({"amount": 0}, "refund_is_positive"), ({"status": "done"}, "refund_status_is_known")]
)
def test_a_refund_that_makes_no_sense_is_refused(stay_of: StayOf, fields: Any, constraint: str) -> None:
    refused(constraint, lambda: refund(payment(stay_of()), **fields))


def test_no_payment_disappears_with_what_it_is_for(stay_of: StayOf) -> None:
    one = payment(stay_of())
    refund(one)
    Discrepancy.objects.create(payment=one, what="odd")
    for row in (one.booking, one):
        with pytest.raises(ProtectedError), transaction.atomic():
            row.delete()


def test_what_is_given_back_counts_once_it_is(stay_of: StayOf) -> None:
    one = payment(stay_of())
    assert one.refunded == 0
    refund(one, amount=100)
    assert Payment.objects.get(pk=one.pk).refunded == 0
    Refund.objects.update(status="completed", reference=uuid4())
    assert Payment.objects.get(pk=one.pk).refunded == 100
