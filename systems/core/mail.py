"""Sending mail. A mail is named by its event, so that a second copy has the same Message-ID.

SMTP has no "once": a worker that ends after the server's 250, and before its own commit, sends again.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def mail_send(*, event_id: UUID, to: str, kind: str, context: dict[str, Any], reply_to: str | None = None) -> None:
    """Send a mail of this kind, such as app/reminder: app/reminder.txt, whose first line is the subject, and .html.

    Raises OSError or smtplib's SMTPException where the server is gone, silent, or refuses it.
    """
    subject, _, text = render_to_string(f"{kind}.txt", context).strip().partition("\n")
    mail = EmailMultiAlternatives(
        subject,
        text.strip() + "\n",
        to=[to],
        reply_to=[reply_to] if reply_to else None,
        headers={"Message-ID": f"<{event_id}.{kind.rpartition('/')[2]}@{settings.EMAIL_DOMAIN}>"},
    )
    mail.attach_alternative(render_to_string(f"{kind}.html", context), "text/html")
    mail.send()
