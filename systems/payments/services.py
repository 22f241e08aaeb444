"""Starting a payment, and hearing of one."""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from systems.accounts.models import User
from systems.bookings.models import Booking
from systems.bookings.models import Status as BookingStatus
from systems.bookings.selectors import bookings_visible
from systems.core.errors import AlreadyDone, IllegalTransition, NotFound
from systems.outbox.services import event_add
from systems.payments import provider
from systems.payments.errors import ProviderDown, ReferenceUsed
from systems.payments.models import ACTIVE, Payment, Status

ANSWER_SECONDS = 4.0  # in which a payment is started, or not
LEASE_SECONDS = 5  # a request that asks the provider has ended by then
POLL_SECONDS = 0.05
PAYABLE = {BookingStatus.PENDING, BookingStatus.CONFIRMED}


def payment_start(*, booking_id: Any, account: User) -> Payment:
    """The payment of a stay, with its checkout page. Called again, or many times at once, it returns the same one.

    Raises NotFound, PermissionDenied for all but the guest, IllegalTransition unless the booking is pending or
    confirmed, AlreadyDone for one that is paid, and ProviderDown. Must not be called in a transaction: what the
    provider is asked for is committed before, so that its answer is never about something that is not there.
    """
    until = time.monotonic() + ANSWER_SECONDS
    payment = _payment_of(booking_id, account)
    while not payment.checkout_url:
        if _lease(payment):
            _ask_for_page(payment, until)
        else:
            _wait_for_page(payment, until)
        payment = _payment_of(booking_id, account)
    return payment


def payment_heard_of(*, tx_ref: str) -> bool:
    """Have the provider asked, soon, what became of a payment; returns whether there is one."""
    try:
        payment = Payment.objects.filter(tx_ref=UUID(tx_ref)).first()
    except ValueError:
        payment = None
    if payment:
        with transaction.atomic():
            event_add(topic="payment.to_verify", payload={"tx_ref": payment.tx_ref})
    return payment is not None


@transaction.atomic
def _payment_of(booking_id: Any, account: User) -> Payment:
    booking = (
        bookings_visible(account=account).select_for_update(of=("self",), no_key=True).filter(pk=booking_id).first()
    )
    if booking is None:
        raise NotFound()
    if booking.guest_id != account.pk:
        raise PermissionDenied("only the guest pays for a stay")
    payment = Payment.objects.filter(booking=booking, status__in=ACTIVE).first()
    if payment and payment.status == Status.COMPLETED:
        raise AlreadyDone("this stay is paid", tx_ref=str(payment.tx_ref))
    if booking.status not in PAYABLE:
        raise IllegalTransition(f"a booking that is {booking.status} can't be paid")
    return payment or _insert(booking)


def _insert(booking: Booking) -> Payment:
    if not settings.PAYMENTS_URL:
        raise ProviderDown("payments are not set up on this server", retry_after=3_600)
    if not booking.total_price:
        raise IllegalTransition("this stay costs nothing")
    return Payment.objects.create(
        booking=booking,
        amount=booking.total_price,
        currency=settings.PAYMENTS_CURRENCY,
        check_at=timezone.now() + timedelta(seconds=settings.PAYMENTS_CHECK_SECONDS),
    )


def _lease(payment: Payment) -> bool:
    """Whether this request is the one to ask for the page. A process that dies meanwhile loses its turn in time."""
    now = timezone.now()
    free = Q(asked_at=None) | Q(asked_at__lt=now - timedelta(seconds=LEASE_SECONDS))
    waiting = Payment.objects.filter(free, pk=payment.pk, status=Status.PENDING, checkout_url="")
    return bool(waiting.update(asked_at=now))


def _wait_for_page(payment: Payment, until: float) -> None:
    """While another request asks. If it gets no answer, to ask again would keep a thread from those who may succeed."""
    waiting = Payment.objects.filter(pk=payment.pk, status=Status.PENDING, checkout_url="")
    while waiting.filter(asked_at__isnull=False).exists():
        if time.monotonic() >= until:
            raise ProviderDown
        time.sleep(POLL_SECONDS)
    if waiting.exists():
        raise ProviderDown


def _ask_for_page(payment: Payment, until: float) -> None:
    """Only a page that is kept is ever shown, so a guest has one at a time."""
    waiting = Payment.objects.filter(pk=payment.pk, status=Status.PENDING, checkout_url="")
    try:
        page = provider.initialize(_request(payment), until=until)
    except ReferenceUsed:
        # The answer to an earlier request was lost, and the page with it: nobody can pay there.
        waiting.update(status=Status.FAILED, asked_at=None, updated_at=timezone.now())
    except BaseException:
        waiting.update(asked_at=None)
        raise
    else:
        waiting.update(checkout_url=page, asked_at=None, updated_at=timezone.now())


def _request(payment: Payment) -> Mapping[str, Any]:
    guest = payment.booking.guest
    said = {"tx_ref": str(payment.tx_ref), "amount": str(payment.amount), "currency": payment.currency}
    page = {"return_url": settings.PAYMENTS_RETURN_URL} if settings.PAYMENTS_RETURN_URL else {}
    about = {"title": "Your stay", "description": f"Booking {payment.booking_id}"}
    return {**said, **page, "email": guest.email, "first_name": guest.name, "customization": about}
