"""The mails that were kept, in the order in which they came: bounded, so the oldest go first."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from nexus.sandbox.inbox.mail import Mail


@dataclass(frozen=True)
class Kept:
    """id: counts up with each mail, and is used once in the life of the program. at: seconds since 1970."""

    id: int
    at: float
    mail: Mail

    def as_json(self) -> dict[str, Any]:
        mail = self.mail
        names = {"id": self.id, "from": mail.sender, "to": mail.recipients, "subject": mail.subject}
        return {**names, "text": mail.text, "html": mail.html, "headers": mail.headers}


class Mailbox:
    """most: how many mails are kept. most_bytes: the memory that they may take together."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self.most, self.most_bytes = most, most_bytes
        self.bytes = 0
        self._kept: dict[int, Kept] = {}
        self._next = 1

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, mail: Mail) -> Kept:
        kept = Kept(self._next, time.time(), mail)
        self._next += 1
        self._kept[kept.id] = kept
        self.bytes += mail.size
        while len(self._kept) > self.most or (self.bytes > self.most_bytes and len(self._kept) > 1):
            self.bytes -= self._kept.pop(next(iter(self._kept))).mail.size
        return kept

    def get(self, number: int) -> Kept | None:
        return self._kept.get(number)

    def after(self, number: int) -> Iterator[Kept]:
        """Those that came after the one of this id, the newest last."""
        return (kept for kept in self._kept.values() if kept.id > number)

    def before(self, number: int | None, most: int) -> list[Kept]:
        """Those that came before the one of this id, or the newest: the newest first."""
        found = (kept for kept in reversed(self._kept.values()) if number is None or kept.id < number)
        return list(islice(found, most))

    def repeated(self) -> set[str]:
        """The Message-IDs that more than one mail has."""
        counts = Counter(kept.mail.message_id for kept in self._kept.values())
        return {message_id for message_id, count in counts.items() if message_id and count > 1}

    def clear(self) -> None:
        self._kept.clear()
        self.bytes = 0
