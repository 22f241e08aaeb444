"""Who gets which mail."""

from typing import Any
from uuid import UUID

from celery import shared_task

from systems.accounts.models import User
from systems.bookings.models import Booking
from systems.notifications import services
from systems.notifications.services import mail_send
from systems.outbox.subscriptions import on_event


def _tell(event_id: UUID, to: User, kind: str, stay: Booking) -> None:
    title = " ".join(stay.listing.title.split())  # a line break would end the subject
    mail_send(event_id=event_id, to=to, kind=kind, about={"stay": stay, "title": title})


def _stay(payload: dict[str, Any]) -> Booking:
    """As it is now, with its people. Raises Booking.DoesNotExist."""
    stays = Booking.objects.select_related("listing__host", "guest").defer("listing__search")
    return stays.get(pk=payload["booking"])


@on_event("booking.requested", queue="mail")
def tell_guest_of_request(event_id: UUID, payload: dict[str, Any]) -> None:
    stay = _stay(payload)
    _tell(event_id, stay.guest, "request_received", stay)


@on_event("booking.requested", queue="mail")
def tell_host_of_request(event_id: UUID, payload: dict[str, Any]) -> None:
    stay = _stay(payload)
    _tell(event_id, stay.listing.host, "host_notice", stay)


@on_event("booking.confirmed", queue="mail")
def tell_guest_of_confirmation(event_id: UUID, payload: dict[str, Any]) -> None:
    stay = _stay(payload)
    _tell(event_id, stay.guest, "booking_confirmed", stay)


@on_event("booking.cancelled", queue="mail")
def tell_the_other_of_cancellation(event_id: UUID, payload: dict[str, Any]) -> None:
    """Who cancelled knows. After an admin, the guest gets the mail."""
    stay = _stay(payload)
    to = stay.listing.host if payload["by"] == str(stay.guest_id) else stay.guest
    _tell(event_id, to, "booking_cancelled", stay)


@on_event("booking.lapsed", queue="mail")
def tell_guest_of_lapse(event_id: UUID, payload: dict[str, Any]) -> None:
    stay = _stay(payload)
    _tell(event_id, stay.guest, "request_lapsed", stay)


@on_event("booking.starts_tomorrow", queue="mail")
def remind_guest(event_id: UUID, payload: dict[str, Any]) -> None:
    stay = _stay(payload)
    _tell(event_id, stay.guest, "reminder", stay)


@shared_task(name="notifications.remind")
def remind() -> None:
    services.reminders_add()
