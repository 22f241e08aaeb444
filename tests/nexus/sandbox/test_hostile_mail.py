"""A mail may be broken, or written to harm: it is kept and shown, fails nothing, and runs nothing."""

import json

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from nexus.sandbox.inbox.mail import read
from tests.nexus.sandbox.clients import Mailer

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
DEEP = 2_000


def nested(depth: int) -> bytes:
    """Parts within parts."""
    opening = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth)
    )
    return opening + b"Content-Type: text/plain\r\n\r\ninnermost\r\n"


BODIES = {  # what is sent after "Content-Type: text/plain; charset=", and what is shown
    "unknown charset": (b"nonsense-8\r\n\r\nplain", "plain"),
    "a charset that is no charset": (b"base64\r\n\r\nplain", "plain"),
    "zlib": (b"zlib\r\n\r\nplain", "plain"),
    "punycode": (b"punycode\r\n\r\nplain", "plain"),
    "windows": (b"windows-1252\r\n\r\nCaf\xe9", "Café"),
    "japanese": (b"iso-2022-jp\r\n\r\n\x1b$B$3$s\x1b(B", "こん"),
    "utf-8 that is none": (b"utf-8\r\n\r\nCaf\xe9", "Caf�"),
    "utf-16": (b"utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\n//5IAGkA", "Hi"),
    "broken base64": (b"utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nSGk=!", "Hi"),
    "unknown encoding": (b"utf-8\r\nContent-Transfer-Encoding: nonsense\r\n\r\nplain", "plain"),
}
MAILS = {
    "nothing": b"",
    "no header": b"\r\njust a text",
    "no sender": b"Subject: x\r\n\r\nx",
    "a bare line": b"this is no header\r\nSubject: x\r\n\r\nx",
    "raw latin bytes in headers": b"Subject: Caf\xe9\r\nFrom: Caf\xe9 <a@example.com>\r\n\r\nx",
    "encoded words that are none": b"Subject: =?utf-8?b?!!!?= =?nope?q?x?= =?utf-7?q?+2AA-?=\r\nFrom: =?x?=\r\n\r\nx",
    "raw bytes in a long header": b"Subject: " + b"\xe9" * 500 + b"\r\n " + b"\xff" * 900 + b"\r\nX-\xe9: y\r\n\r\nx",
    "addresses that are none": b'From: "\r\nTo: @,;:<>[\r\nReply-To: (((\r\nCc: =?utf-8?q?=2C?=\r\n\r\nx',
    "a type that is none": b"Content-Type: ;;;=\r\nContent-Disposition: =\r\n\r\nx",
    "parts without a boundary": b"Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\nx\r\n--x--",
    "a date that is none": b"Date: 99 Foo 99999 99:99:99 +99999\r\nMessage-ID: <<>>[\r\nMIME-Version: x.y\r\n\r\nx",
    "a header of 100,000 letters": b"To: " + b"a@example.com,\r\n " * 6_000 + b"z@example.com\r\n\r\nx",
    "20,000 headers": b"".join(b"X-%d: y\r\n" % number for number in range(20_000)) + b"\r\nx",
    "parts within parts": nested(DEEP),
    "20,000 parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 20_000,
    "a type of 900,000 letters": b"Content-Type: multipart/mixed;\r\n" + b" x*0=1;\r\n" * 100_000 + b"\r\nx",
    "50,000 lines within 40 parts": nested(40) + b"x\r\n" * 50_000,
    "script everywhere": b"Subject: %b\r\nFrom: %b\r\nMessage-ID: %b\r\nX-%b: %b\r\n\r\n%b" % ((HOSTILE.encode(),) * 6),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_text_in_any_charset_is_shown(mailer: Mailer, name: str) -> None:
    raw, shown = BODIES[name]
    mailer.send(b"Subject: x\r\nContent-Type: text/plain; charset=" + raw)
    assert mailer.messages()[0]["text"].rstrip("\n") == shown


@pytest.mark.parametrize("name", MAILS)
def test_a_hostile_mail_is_kept_and_shown(mailer: Mailer, name: str) -> None:
    mailer.send(MAILS[name])
    [kept] = mailer.messages()
    answers = [requests.get(mailer.url + path, timeout=30) for path in ("/", f"/messages/{kept['id']}")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert not [answer for answer in answers if "<script" in answer.text or "<img" in answer.text]


def test_a_long_header_is_cut_and_a_shorter_one_is_not(mailer: Mailer) -> None:
    mailer.send(b"Subject: " + b"x" * 900 + b"\r\nTo:" + b" to@example.com,\r\n" * 1_000 + b"\r\nx")
    headers = mailer.messages()[0]["headers"]
    assert len(headers["Subject"]) == 900
    assert 8_000 < len(headers["To"]) < 10_000


@pytest.mark.parametrize(("parts", "text"), [(40, "x"), (60, "Content-Type: multipart/mixed; boundary=b")])
def test_a_mail_of_too_many_parts_is_shown_raw(mailer: Mailer, parts: int, text: str) -> None:
    mailer.send(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * parts + b"--b--\r\n")
    assert mailer.messages()[0]["text"].partition("\n")[0] == text


def test_headers_of_raw_utf8_are_decoded(mailer: Mailer) -> None:
    mailer.send("Subject: Grüße\r\nFrom: Zoë <z@example.com>\r\n\r\nx".encode())
    [kept] = mailer.messages()
    assert (kept["subject"], kept["from"]) == ("Grüße", "Zoë <z@example.com>")


def test_a_header_that_comes_twice_keeps_both_values(mailer: Mailer) -> None:
    mailer.send(b"Received: one\r\nRECEIVED: two\r\n\r\nx")
    assert mailer.messages()[0]["headers"] == {"Received": "one\ntwo"}


def test_an_attachment_is_not_the_text(mailer: Mailer) -> None:
    part = b"--b\r\nContent-Type: text/plain\r\n%b\r\n%b\r\n"
    parts = part % (b"Content-Disposition: attachment\r\n", b"a file") + part % (b"", b"the text")
    mailer.send(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--\r\n")
    assert mailer.messages()[0]["text"].strip() == "the text"


def test_html_is_served_without_any_right(mailer: Mailer) -> None:
    mailer.send(b"Content-Type: text/html\r\n\r\n" + HOSTILE.encode())
    [kept] = mailer.messages()
    answer = requests.get(f"{mailer.url}/messages/{kept['id']}/html", timeout=30)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';")
    assert "script" not in policy
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    page = requests.get(f"{mailer.url}/messages/{kept['id']}", timeout=30).text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page


@given(st.binary(max_size=400) | st.lists(st.sampled_from([
    b"Subject: ", b"From: ", b"Content-Type: ", b"text/html", b"multipart/mixed; boundary=", b"; charset=", b"utf-7",
    b"=?utf-8?b?", b"?=", b"\r\n", b"\n", b"--b", b"b", b'"', b"<", b"@", b"(", b"\\", b"\xff", b" ", b"=?", b"?q?=e9",
    b"Content-Transfer-Encoding: ", b"base64", b"quoted-printable", b"x-uuencode", b"message/rfc822", b"begin 666 x",
])).map(b"".join))  # fmt: skip
def test_no_bytes_break_the_reading(raw: bytes) -> None:
    mail = read(raw, "a@example.com", ["b@example.com"])
    json.dumps([mail.sender, mail.subject, mail.text, mail.html, mail.headers]).encode()
    "".join((mail.sender, mail.subject, mail.text, mail.html, *mail.headers, *mail.headers.values())).encode()
