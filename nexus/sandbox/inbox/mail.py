"""A mail, as it is shown: decoded, whatever a sender did to it.

What arrives may be broken or hostile, so nothing here may fail, hang or grow: the structure is read by Python's old and
forgiving parser, within bounds, for some of its work takes quadratic time; each header by its new one, which decodes,
where the value has an ordinary length. What can't be read is shown as it came.
"""

import codecs
import sys
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser
from itertools import count, islice
from typing import Any

MOST_HEADERS = 200  # an ordinary mail has 10 to 40
MOST_LETTERS = 10_000  # of a header's value: the rest is cut off
MOST_DECODED = 998  # letters of a header's value that is decoded: the longest line that RFC 5322 allows
MOST_PARTS = 50  # each part within a part makes every line dearer to read
# Python knows these as text too, but no mail is written in them, and reading the first two takes quadratic time.
NO_CHARSETS = ("punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7")


class Cut(policy.Compat32):
    """The old parser's rules, with an end to every header."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:MOST_LETTERS]


@dataclass(frozen=True)
class Mail:
    """sender: its From header, or else the envelope's. recipients: of the envelope, so with those of a Bcc.

    headers: a name that comes more than once has all its values, in lines.
    """

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: dict[str, str]

    @property
    def message_id(self) -> str:
        return self.header("message-id")

    @property
    def size(self) -> int:
        """Bytes of memory."""
        lists = (
            self.recipients,
            self.headers,
            self.headers.values(),
            (self.sender, self.subject, self.text, self.html),
        )
        return sum(sys.getsizeof(text) for texts in lists for text in texts)

    def header(self, name: str) -> str:
        """A header's value, "" where there is none. name: in small letters."""
        return next((value for key, value in self.headers.items() if key.lower() == name), "")


def read(raw: bytes, sender: str, recipients: list[str]) -> Mail:
    """Decode a mail. sender, recipients: of the envelope. Raises nothing that the bytes could bring about."""
    try:
        message = _parse(raw)
        headers, text, html = _headers(message), _body(message, "text/plain"), _body(message, "text/html")
    except (RecursionError, ValueError, LookupError):  # such as parts within parts within parts
        headers, text, html = {}, decoded(raw, "utf-8"), ""
    plain = Mail(sender, tuple(recipients), "", text, html, headers)
    return Mail(plain.header("from") or sender, plain.recipients, plain.header("subject"), text, html, headers)


def decoded(raw: bytes, charset: str | None) -> str:
    """Bytes as text with plain line ends; what the charset does not know becomes U+FFFD."""
    try:
        known = codecs.lookup(charset or "utf-8").name
        text = raw.decode("utf-8" if known in NO_CHARSETS else known, "replace")
    except (LookupError, ValueError):  # no such charset, or one that is none, such as base64
        text = raw.decode("utf-8", "replace")
    return _clean(text).replace("\r\n", "\n")


def _parse(raw: bytes) -> Message:
    """Raises ValueError for too many parts."""
    numbers = count(1)

    def new_part(**options: Any) -> Message:
        if next(numbers) > MOST_PARTS:
            raise ValueError("too many parts")
        return Message(**options)

    return BytesParser(new_part, policy=Cut()).parsebytes(raw)


def _headers(message: Message) -> dict[str, str]:
    headers: dict[str, str] = {}
    names: dict[str, str] = {}  # the first spelling of each
    for name, value in islice(message.raw_items(), MOST_HEADERS):
        first = names.setdefault(name.lower(), _clean(name))
        value = _header(name, value)
        headers[first] = f"{headers[first]}\n{value}" if first in headers else value
    return headers


def _header(name: str, value: str) -> str:
    if len(value) <= MOST_DECODED:
        try:
            return _clean(str(policy.default.header_fetch_parse(name, value)))
        except Exception:  # noqa: S110  # the parser of headers raises what it likes, and the value is still worth seeing
            pass
    return _clean("".join(value.splitlines()))


def _body(message: Message, media: str) -> str:
    """The first part of this kind that is no attachment."""
    for part in message.walk():
        if part.get_content_type() == media and part.get_content_disposition() != "attachment":
            payload = part.get_payload(decode=True)
            return decoded(payload, part.get_content_charset()) if isinstance(payload, bytes) else ""
    return ""


def _clean(text: str) -> str:
    """Without halves of characters, which no JSON can hold: Python keeps a header's raw bytes so."""
    if not any("\ud800" <= letter <= "\udfff" for letter in text):
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:  # halves that were no bytes
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
