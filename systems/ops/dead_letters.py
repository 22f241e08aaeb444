"""Dead letters: calls that failed for good, in the queue `systems.dead`. They are looked at, and sent once more.

To look, each is taken from the queue and given back at the end, in the order in which they were: a queue has no other
way. Where this is killed in between, RabbitMQ gives them back as well.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amqp import Connection as Session  # py-amqp's, of which kombu's types know nothing
from amqp import NotFound
from amqp.basic_message import Message
from django.conf import settings
from django.views.debug import SafeExceptionReporterFilter
from kombu import Connection

from systems.core.queues import DEAD, EXCHANGE

FIRST, AGAIN = "systems-first-death", "systems-sent-again"  # headers of ours, on what was sent once more
DEATHS = ("x-death", "x-first-death-", "x-last-death-", "x-delivery-count", "x-acquired-count")
PROPERTIES = ("content_type", "content_encoding", "correlation_id", "reply_to", "priority")


@dataclass(frozen=True)
class Letter:
    """A message as it died."""

    message: Message

    @property
    def id(self) -> str:
        """Of the task; its lines in the workers' log have it as request_id."""
        return str(self.headers.get("id", ""))

    @property
    def task(self) -> str:
        return str(self.headers.get("task", ""))

    @property
    def queue(self) -> str:
        """In which it waited for a worker."""
        return str(self._death.get("queue", ""))

    @property
    def reason(self) -> str:
        """RabbitMQ's: "rejected" after the last retry, "delivery_limit" where it killed its workers."""
        return str(self._death.get("reason", ""))

    @property
    def last_death(self) -> str:
        time = self._death.get("time")
        return f"{time.isoformat()}Z" if isinstance(time, datetime) else ""

    @property
    def first_death(self) -> str:
        """Another than the last, where it was sent once more."""
        return str(self.headers.get(FIRST, self.last_death))

    @property
    def sent_again(self) -> int:
        return int(self.headers.get(AGAIN, 0))

    @property
    def arguments(self) -> Any:
        """Its arguments by place and by name, with stars for those named like a secret."""
        with suppress(ValueError, TypeError):
            by_place, by_name, _ = json.loads(self.message.body)
            return SafeExceptionReporterFilter().cleanse_setting("", [by_place, by_name])
        return "unreadable"

    @property
    def headers(self) -> dict[str, Any]:
        return self.message.headers or {}

    @property
    def _death(self) -> dict[str, Any]:
        """The newest, which comes first. Before it may be the pauses of retries, whose end counts as a death, too."""
        return next(iter(self.headers.get("x-death", ())), {})

    def copy(self) -> Message:
        """A message that gets all its tries again, with no trace of how it died but for two headers of ours."""
        kept = {name: value for name, value in self.headers.items() if not name.startswith(DEATHS)}
        ours = {FIRST: self.first_death, AGAIN: self.sent_again + 1, "retries": 0, "eta": None, "expires": None}
        properties = {name: self.message.properties[name] for name in PROPERTIES if name in self.message.properties}
        return Message(self.message.body, application_headers={**kept, **ours}, delivery_mode=2, **properties)


class DeadLetters:
    """All that the queue had when it was opened, the oldest first."""

    def __init__(self, session: Session) -> None:
        count = _count(session)
        self._channel = session.channel()
        taken = (self._channel.basic_get(DEAD) for _ in range(count))
        self.letters = [Letter(message) for message in taken if message]

    def give_back(self) -> None:
        """Now, and not a moment after the connection has closed: the next one may look at once."""
        self._channel.basic_recover(requeue=True)

    def send_again(self, letters: list[Letter]) -> None:
        """Each to the queue in which it waited. It leaves the dead letters once RabbitMQ has confirmed the new one, so
        one that is cut short is there twice, and handled once.
        """
        for letter in letters:
            # mandatory: where there is no such queue, this raises. By the queue, since a retry's key says how it waited
            self._channel.basic_publish_confirm(letter.copy(), EXCHANGE.name, letter.queue, mandatory=True)
            self._channel.basic_ack(letter.message.delivery_tag)  # type: ignore[arg-type]  # it was delivered


def _count(session: Session) -> int:
    try:
        answer: Any = session.channel().queue_declare(DEAD, passive=True)
        return int(answer.message_count)
    except NotFound:  # no worker and no relay was ever here
        return 0


@contextmanager
def dead_letters() -> Iterator[DeadLetters]:
    """Raises OSError or amqp's AMQPError where RabbitMQ is down, silent, or refuses."""
    bounds = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    timeout = settings.CELERY_BROKER_CONNECTION_TIMEOUT
    with Connection(settings.CELERY_BROKER_URL, connect_timeout=timeout, transport_options=bounds) as connection:
        connection.connect()
        dead = DeadLetters(connection.connection)
        yield dead
        dead.give_back()
