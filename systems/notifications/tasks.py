"""Who is told of what."""

from typing import Any
from uuid import UUID

from celery import shared_task

from systems.bookings.models import Booking
from systems.notifications import services
from systems.notifications.services import mail_send
from systems.outbox.subscriptions import on_event


def _stay(payload: dict[str, Any]) -> Booking:
    """As it is now, with its people. Raises Booking.DoesNotExist."""
    stays = Booking.objects.select_related("listing__host", "guest").defer("listing__search")
    return stays.get(pk=payload["booking"])


@on_event("booking.requested", queue="mail")
def tell_guest_of_request(event_id: UUID, payload: dict[str, Any]) -> None:
    stay = _stay(payload)
    mail_send(event_id=event_id, to=stay.guest, kind="request_received", about={"stay": stay})


@on_event("booking.requested", queue="mail")
def tell_host_of_request(event_id: UUID, payload: dict[str, Any]) -> None:
    stay = _stay(payload)
    mail_send(event_id=event_id, to=stay.listing.host, kind="host_notice", about={"stay": stay})


@on_event("booking.confirmed", queue="mail")
def tell_guest_of_confirmation(event_id: UUID, payload: dict[str, Any]) -> None:
    stay = _stay(payload)
    mail_send(event_id=event_id, to=stay.guest, kind="booking_confirmed", about={"stay": stay})


@on_event("booking.cancelled", queue="mail")
def tell_the_other_of_cancellation(event_id: UUID, payload: dict[str, Any]) -> None:
    """Who cancelled knows. An admin concerns neither, so that the guest is told."""
    stay = _stay(payload)
    to = stay.listing.host if payload["by"] == str(stay.guest_id) else stay.guest
    mail_send(event_id=event_id, to=to, kind="booking_cancelled", about={"stay": stay})


@on_event("booking.lapsed", queue="mail")
def tell_guest_of_lapse(event_id: UUID, payload: dict[str, Any]) -> None:
    stay = _stay(payload)
    mail_send(event_id=event_id, to=stay.guest, kind="request_lapsed", about={"stay": stay})


@on_event("booking.starts_tomorrow", queue="mail")
def remind_guest(event_id: UUID, payload: dict[str, Any]) -> None:
    stay = _stay(payload)
    mail_send(event_id=event_id, to=stay.guest, kind="reminder", about={"stay": stay})


@shared_task(name="notifications.remind")
def remind() -> None:
    services.reminders_add()
