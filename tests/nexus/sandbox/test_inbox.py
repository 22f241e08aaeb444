"""The inbox over real SMTP and HTTP: what is sent is kept, decoded, bounded, and refused on request."""

import smtplib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests

from nexus.services.inbox import Inbox
from tests.nexus.sandbox.clients import Mailer

SENDERS = 200


def mail(subject: str = "A stay", text: str = "See you soon.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Travel <travel@example.com>", "guest@example.com", subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Mailer]:
    """An inbox that keeps three mails, and 100,000 bytes of them, of 40,000 at most."""
    server = Inbox(tmp_path / "inbox", {"MESSAGES": "3", "BYTES": "100000", "SIZE": "40000"})
    server.start()
    yield Mailer(server)
    server.remove()


def test_a_mail_is_kept_as_both_texts_and_all_headers(mailer: Mailer) -> None:
    message = mail("Grüße aus Bahir Dar ☀", "Bis bald, Ärzte!\nDie Küche", Message_ID="<1@example.com>")
    message.add_alternative("<p>Bis <b>bald</b></p>", subtype="html")
    mailer.send(message, "bounces@example.com", "guest@example.com", "hidden@example.com")
    [kept] = mailer.messages()
    assert kept["from"] == "Travel <travel@example.com>"
    assert kept["to"] == ["guest@example.com", "hidden@example.com"]
    assert kept["subject"] == "Grüße aus Bahir Dar ☀"
    assert kept["text"] == "Bis bald, Ärzte!\nDie Küche\n"
    assert kept["html"] == "<p>Bis <b>bald</b></p>\n"
    assert kept["headers"]["Message-ID"] == "<1@example.com>"
    assert list(kept) == ["id", "from", "to", "subject", "text", "html", "headers"]


def test_the_newest_is_last_and_after_gives_the_rest(mailer: Mailer) -> None:
    for subject in "abc":
        mailer.send(mail(subject))
    kept = mailer.messages()
    assert [each["subject"] for each in kept] == ["a", "b", "c"]
    assert mailer.messages(f"?after={kept[0]['id']}") == kept[1:]


def test_an_after_that_is_no_id_is_refused(mailer: Mailer) -> None:
    answer = requests.get(f"{mailer.url}/messages.json?after=x", timeout=30)
    assert (answer.status_code, answer.json()) == (400, {"error": "after must be the id of a message, got 'x'"})


def test_delete_empties_the_inbox_and_no_id_returns(mailer: Mailer) -> None:
    mailer.send(mail())
    [first] = mailer.messages()
    assert requests.delete(f"{mailer.url}/messages.json", timeout=30).status_code == 204
    assert mailer.messages() == []
    mailer.send(mail())
    assert mailer.messages()[0]["id"] > first["id"]


def test_mails_of_200_threads_at_once_are_all_kept(mailer: Mailer) -> None:
    barrier = threading.Barrier(SENDERS)

    def send(number: int) -> None:
        barrier.wait(60)
        mailer.send(mail(Message_ID=f"<{number}@example.com>"))

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(send, range(SENDERS)))
    kept = mailer.messages()
    assert {each["headers"]["Message-ID"] for each in kept} == {f"<{number}@example.com>" for number in range(SENDERS)}
    assert len(kept) == len({each["id"] for each in kept}) == SENDERS


def test_a_repeated_message_id_is_kept_and_shown(mailer: Mailer) -> None:
    for _ in range(2):
        mailer.send(mail(Message_ID="<same@example.com>"))
    mailer.send(mail(Message_ID="<other@example.com>"))
    first, second, _ = mailer.messages()
    page = requests.get(mailer.url, timeout=30).text
    assert page.count(">repeated<") == 2
    assert f"/messages/{second['id']}" in requests.get(f"{mailer.url}/messages/{first['id']}", timeout=30).text


def test_two_mails_without_message_id_repeat_nothing(mailer: Mailer) -> None:
    for _ in range(2):
        mailer.send(mail())
    assert ">repeated<" not in requests.get(mailer.url, timeout=30).text


def test_the_oldest_mails_go_when_there_are_too_many(small: Mailer) -> None:
    for subject in "abcde":
        small.send(mail(subject))
    assert [each["subject"] for each in small.messages()] == ["c", "d", "e"]


def test_the_oldest_mails_go_when_they_are_too_big(small: Mailer) -> None:
    for subject in "abc":
        small.send(mail(subject, f"{'y' * 70}\n" * 480))
    assert [each["subject"] for each in small.messages()] == ["b", "c"]


def test_size_is_announced_and_a_bigger_mail_refused(small: Mailer) -> None:
    with small.connect() as smtp:
        smtp.ehlo()
        assert smtp.esmtp_features["size"] == "40000"
    too_big = mail(text=f"{'x' * 70}\n" * 1000).as_bytes(policy=policy.SMTP)
    with pytest.raises(smtplib.SMTPSenderRefused) as said:  # by the size that smtplib declares
        small.send(too_big)
    assert said.value.smtp_code == 552
    with small.connect() as smtp:
        smtp.helo()  # without extensions, so nothing is declared
        with pytest.raises(smtplib.SMTPDataError) as said_of_data:
            smtp.sendmail("a@example.com", ["b@example.com"], too_big)
    assert said_of_data.value.smtp_code == 552
    assert small.messages() == []


def test_a_line_without_an_end_is_cut_off(small: Mailer) -> None:
    with small.connect() as smtp:
        smtp.helo()
        smtp.mail("a@example.com")
        smtp.rcpt("b@example.com")
        smtp.docmd("DATA")
        assert smtp.sock is not None
        with pytest.raises(OSError, match=r"reset|Broken"):  # noqa: PT012
            for _ in range(10_000):
                smtp.sock.sendall(b"x" * 1000)
        smtp.close()
    small.send(mail("still here"))
    assert len(small.messages()) == 1


def test_faults_refuse_so_many_mails_and_then_no_more(mailer: Mailer) -> None:
    assert mailer.faults(refuse=2).json() == {"refuse": 2, "delay_seconds": 0}
    for _ in range(2):
        with pytest.raises(smtplib.SMTPDataError) as said:
            mailer.send(mail())
        assert said.value.smtp_code == 451
    mailer.send(mail())
    assert len(mailer.messages()) == 1


def test_a_slow_inbox_has_kept_the_mail_before_it_says_so(
    mailer: Mailer, eventually: Callable[[Callable[[], object]], None]
) -> None:
    mailer.faults(delay_seconds=60)
    with mailer.connect() as smtp:
        smtp.ehlo()
        smtp.mail("a@example.com")
        smtp.rcpt("b@example.com")
        smtp.docmd("DATA")
        smtp.send(mail().as_bytes(policy=policy.SMTP) + b"\r\n.\r\n")
        eventually(mailer.messages)
        smtp.close()  # as a client does that has waited long enough, and will send it again
    mailer.faults()
    mailer.send(mail())
    assert len(mailer.messages()) == 2


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        ({"refuse": -1}, "refuse must be a whole number from 0 to 100000, got -1"),
        ({"refuse": True}, "refuse must be a whole number from 0 to 100000, got True"),
        ({"delay_seconds": 61}, "delay_seconds must be a number from 0 to 60, got 61"),
        ({"slow": 1}, "no fault is called 'slow': there are refuse, delay_seconds"),
    ],
)
def test_a_fault_out_of_bounds_is_refused(mailer: Mailer, faults: dict[str, object], why: str) -> None:
    answer = mailer.faults(**faults)
    assert (answer.status_code, answer.json()) == (400, {"error": why})


def test_more_than_100_recipients_are_put_off(mailer: Mailer) -> None:
    with mailer.connect() as smtp:
        smtp.ehlo()
        smtp.mail("a@example.com")
        codes = [smtp.rcpt(f"{number}@example.com")[0] for number in range(101)]
    assert codes == [250] * 100 + [452]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost"}, 200),
        ({"Host": "attacker.example"}, 421),
        ({"Origin": "http://attacker.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_another_sites_page_can_change_nothing(mailer: Mailer, headers: dict[str, str], status: int) -> None:
    sent = {"Content-Type": "application/json", **headers}
    answer = requests.post(f"{mailer.url}/faults", data='{"refuse": 0}', headers=sent, timeout=30)
    assert answer.status_code == status


def test_another_name_reads_no_mail(mailer: Mailer) -> None:
    """As a page does whose name was made to point here."""
    for path in ("/", "/messages.json", "/readyz", "/style.css", "/no-such-page"):
        answer = requests.get(mailer.url + path, headers={"Host": "attacker.example"}, timeout=30)
        assert answer.status_code == 421
