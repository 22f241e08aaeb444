"""Sending mail. A mail is named by its event, so that a second copy has the same Message-ID.

SMTP has no "once": a worker that ends after the server's 250, and before its own commit, sends again.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone

from systems.accounts.models import User
from systems.bookings.models import Booking, Status
from systems.outbox.services import event_add, event_handle


def mail_send(*, event_id: UUID, to: User, kind: str, about: dict[str, Any]) -> None:
    """Send a mail of this kind: templates/notifications/<kind>.txt, whose first line is the subject, and .html.

    Raises OSError or smtplib's SMTPException where the server is gone, silent, or refuses it.
    """
    context = {"to": to, **about}
    subject, _, text = render_to_string(f"notifications/{kind}.txt", context).strip().partition("\n")
    mail = EmailMultiAlternatives(
        subject,
        text.strip() + "\n",
        to=[to.email],
        headers={"Message-ID": f"<{event_id}.{kind}@{settings.EMAIL_DOMAIN}>"},
    )
    mail.attach_alternative(render_to_string(f"notifications/{kind}.html", context), "text/html")
    mail.send()


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
