"""Mail, by a real SMTP server: who gets which, what a mail is named, and what a failure repeats."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
import requests

import nexus
from nexus.lab import Own
from systems.accounts.models import User
from systems.bookings.models import Booking, Status
from systems.notifications import tasks
from systems.notifications.services import reminders_add
from systems.outbox.models import Event
from systems.outbox.services import event_handle

StayOf = Callable[..., Booking]
Mail = dict[str, Any]
Tell = Callable[[UUID, dict[str, Any]], None]


@pytest.fixture(scope="module")
def server(worker_id: str) -> Iterator[Own]:
    lab = nexus.open(f"test-notifications-{worker_id}", needs=())
    yield lab.own("inbox")
    lab.close()


@pytest.fixture
def inbox(server: Own, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Mail]]:
    """The mails that have come, the oldest first."""
    address = urlsplit(server.url)
    monkeypatch.setattr("django.conf.settings.EMAIL_HOST", address.hostname)
    monkeypatch.setattr("django.conf.settings.EMAIL_PORT", address.port)
    requests.delete(f"{server.page}/messages.json", timeout=30).raise_for_status()
    return lambda: list(requests.get(f"{server.page}/messages.json", timeout=30).json())


def message_id(mail: Mail) -> str:
    return str(mail["headers"]["Message-ID"])


def by_whom(stay: Booking, who: str) -> User:
    return {"guest": stay.guest, "host": stay.listing.host}[who]


@pytest.mark.parametrize(
    ("tell", "more", "to", "subject"),
    [
        (tasks.tell_guest_of_request, None, "guest", "Your request for Flat at the harbour"),
        (tasks.tell_host_of_request, None, "host", "A request for Flat at the harbour"),
        (tasks.tell_guest_of_confirmation, None, "guest", "Confirmed: Flat at the harbour"),
        (tasks.tell_the_other_of_cancellation, "guest", "host", "Cancelled: Flat at the harbour"),
        (tasks.tell_the_other_of_cancellation, "host", "guest", "Cancelled: Flat at the harbour"),
        (tasks.tell_guest_of_lapse, None, "guest", "No answer for Flat at the harbour"),
        (tasks.remind_guest, None, "guest", "Tomorrow: Flat at the harbour"),
        (tasks.tell_guest_of_payment, None, "guest", "Receipt for Flat at the harbour"),
        (tasks.tell_guest_of_refund, None, "guest", "Refund for Flat at the harbour"),
    ],
)
def test_each_event_is_a_mail_to_whom_it_concerns(
    inbox: Callable[[], list[Mail]], stay_of: StayOf, tell: Tell, more: str | None, to: str, subject: str
) -> None:
    stay, event_id = stay_of(), uuid4()
    tell(event_id, {"booking": str(stay.pk), **({"by": str(by_whom(stay, more).pk)} if more else {})})
    [mail] = inbox()
    assert mail["to"] == [by_whom(stay, to).email]
    assert mail["subject"] == subject
    assert str(event_id) in message_id(mail)
    for form in ("text", "html"):
        assert str(stay.pk) in mail[form]
        assert "Flat at the harbour, Pula" in mail[form]


@pytest.mark.parametrize("tell", [tasks.tell_guest_of_payment, tasks.tell_guest_of_refund])
def test_a_mail_about_money_says_how_much(inbox: Callable[[], list[Mail]], stay_of: StayOf, tell: Tell) -> None:
    stay, tx_ref = stay_of(), str(uuid4())
    tell(uuid4(), {"booking": str(stay.pk), "tx_ref": tx_ref, "amount": "120.00", "currency": "ETB"})
    [mail] = inbox()
    for form in ("text", "html"):
        assert "120.00 ETB" in mail[form]
        assert tx_ref in mail[form]
        assert "240.00" in mail[form]  # the total of the stay


def test_titles_and_names_are_text_in_a_mail(inbox: Callable[[], list[Mail]], stay_of: StayOf) -> None:
    stay = stay_of()
    stay.guest.name = "Ada <b>&amp;"
    stay.guest.save()
    stay.listing.title = "Flat\r\nBcc: all@example.com <script>"
    stay.listing.save()
    tasks.tell_guest_of_request(uuid4(), {"booking": str(stay.pk)})
    [mail] = inbox()
    assert mail["subject"] == "Your request for Flat Bcc: all@example.com <script>"
    assert mail["to"] == [stay.guest.email]
    assert "<script>" not in mail["html"]
    assert "Ada &lt;b&gt;&amp;amp;" in mail["html"]
    assert "Hello Ada <b>&amp;," in mail["text"]


def test_a_mail_that_was_refused_is_sent_by_the_next_attempt(
    server: Own, inbox: Callable[[], list[Mail]], stay_of: StayOf
) -> None:
    requests.post(f"{server.page}/faults", json={"refuse": 1}, timeout=30).raise_for_status()
    stay, event_id = stay_of(), uuid4()

    def attempt() -> None:
        event_handle(
            event_id=event_id,
            handler="one",
            act=lambda: tasks.tell_guest_of_request(event_id, {"booking": str(stay.pk)}),
        )

    with pytest.raises(OSError):  # noqa: PT011 - smtplib's errors have several names
        attempt()
    assert inbox() == []
    attempt()
    attempt()
    assert len(inbox()) == 1


def test_a_repeat_after_a_crash_has_the_same_message_id(inbox: Callable[[], list[Mail]], stay_of: StayOf) -> None:
    """The server has the mail, and the worker ends before it has noted that."""
    stay, event_id = stay_of(), uuid4()

    def send_and_end() -> None:
        tasks.tell_guest_of_request(event_id, {"booking": str(stay.pk)})
        raise SystemExit

    with pytest.raises(SystemExit):
        event_handle(event_id=event_id, handler="one", act=send_and_end)
    event_handle(
        event_id=event_id, handler="one", act=lambda: tasks.tell_guest_of_request(event_id, {"booking": str(stay.pk)})
    )
    first, second = inbox()
    assert message_id(first) == message_id(second)


def test_a_reminder_is_due_a_day_before_a_confirmed_stay(stay_of: StayOf) -> None:
    due = stay_of(start=1, end=3)
    for start, status in ((0, Status.CONFIRMED), (2, Status.CONFIRMED), (1, Status.PENDING), (1, Status.CANCELLED)):
        stay_of(start=start, end=start + 2, status=status)
    assert (reminders_add(), reminders_add()) == (1, 0)
    assert [event.payload for event in Event.objects.filter(topic="booking.starts_tomorrow")] == [
        {"booking": str(due.pk)}
    ]
