"""Who gets which mail."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from systems.accounts.models import User
from systems.bookings.models import Booking
from systems.notifications import services
from systems.notifications.services import mail_send
from systems.outbox.subscriptions import Act, on_event, on_schedule

Payload = dict[str, Any]


def mail_on(topic: str, kind: str) -> Callable[[Callable[[Booking, Payload], User]], Act]:
    """Makes a handler of a function that says to whom the mail goes. The booking is read as it is then."""

    def register(addressee: Callable[[Booking, Payload], User]) -> Act:
        @wraps(addressee)
        def send(event_id: UUID, payload: Payload) -> None:
            stays = Booking.objects.select_related("listing__host", "guest").defer("listing__search")
            stay = stays.get(pk=payload["booking"])
            title = " ".join(stay.listing.title.split())  # a line break would end the subject
            to = addressee(stay, payload)
            mail_send(event_id=event_id, to=to, kind=kind, about={"stay": stay, "title": title, "event": payload})

        return on_event(topic, queue="mail")(send)

    return register


@mail_on("booking.requested", "request_received")
def tell_guest_of_request(stay: Booking, payload: Payload) -> User:
    return stay.guest


@mail_on("booking.requested", "host_notice")
def tell_host_of_request(stay: Booking, payload: Payload) -> User:
    return stay.listing.host


@mail_on("booking.confirmed", "booking_confirmed")
def tell_guest_of_confirmation(stay: Booking, payload: Payload) -> User:
    return stay.guest


@mail_on("booking.cancelled", "booking_cancelled")
def tell_the_other_of_cancellation(stay: Booking, payload: Payload) -> User:
    """Who cancelled knows. After an admin, the guest gets the mail."""
    return stay.listing.host if payload["by"] == str(stay.guest_id) else stay.guest


@mail_on("booking.lapsed", "request_lapsed")
def tell_guest_of_lapse(stay: Booking, payload: Payload) -> User:
    return stay.guest


@mail_on("payment.completed", "receipt")
def tell_guest_of_payment(stay: Booking, payload: Payload) -> User:
    return stay.guest


@mail_on("payment.refunded", "refund")
def tell_guest_of_refund(stay: Booking, payload: Payload) -> User:
    return stay.guest


@mail_on("booking.starts_tomorrow", "reminder")
def remind_guest(stay: Booking, payload: Payload) -> User:
    return stay.guest


@on_schedule(once=False)
def remind(slot: datetime) -> None:
    services.reminders_add()
