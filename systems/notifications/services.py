"""Mail about bookings, and who is reminded."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone

from systems.accounts.models import User
from systems.bookings.models import Booking, Status
from systems.core import mail
from systems.outbox.services import event_add, event_handle


def mail_send(*, event_id: UUID, to: User, kind: str, about: dict[str, Any]) -> None:
    """Send a mail of this kind, which has its texts in templates/notifications. Raises what core's mail_send does."""
    mail.mail_send(event_id=event_id, to=to.email, kind=f"notifications/{kind}", context={"to": to, **about})


def reminders_add() -> int:
    """An event booking.starts_tomorrow for each confirmed stay that does; returns how many are new.

    Once a stay, however often it is called: the inbox knows for which it was done.
    """
    tomorrow = timezone.now().date() + timedelta(days=1)
    stays = Booking.objects.filter(status=Status.CONFIRMED, check_in=tomorrow).values_list("pk", flat=True)
    return sum(_remind_once(key, f"reminder {tomorrow}") for key in stays.iterator())


def _remind_once(key: UUID, of: str) -> bool:
    def add() -> None:
        event_add(topic="booking.starts_tomorrow", payload={"booking": key})

    return event_handle(event_id=uuid5(key, of), handler="notifications.remind", act=add)
