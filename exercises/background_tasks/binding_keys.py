"""binding-keys: the keys by which a queue gets the messages it is for, and no other."""

from collections.abc import Iterator
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, exercise

EXCHANGE = "keys-to-try"
WANTED = ("booking.made", "booking.cancelled")
OTHERS = {
    "booking.note.added": "`#` is any number of words, and a note has one more: say exactly which words you want",
    "booking": "`booking.#` lets the bare word through as well",
    "payment.made": "the first word says what it is about, so it has to be in the key",
}


@exercise("binding-keys")
def binding_keys(lab: Lab, answer: Any) -> Iterator[Finding]:
    keys = [answer] if isinstance(answer, str) else list(answer)
    arrived = _arrived(lab, [str(key) for key in keys])
    for key in WANTED:
        yield Finding(f"{key} arrives", 1, arrived.count(key), _hint(arrived.count(key)))
    for key, hint in OTHERS.items():
        yield Finding(f"{key} does not", 0, arrived.count(key), hint)


def _hint(count: int) -> str:
    if count > 1:  # RabbitMQ delivers one copy a queue, however many bindings match
        return "each message should come once"
    return "a key matches word by word: `*` takes exactly one, and a key without it takes the very same words"


def _arrived(lab: Lab, keys: list[str]) -> list[str]:
    """The keys of the messages that reach a queue bound so, of one message of each kind."""
    with lab.amqp() as connection:
        channel = connection.channel()
        channel.exchange_declare(EXCHANGE, "topic", durable=True)
        queue = channel.queue_declare("", exclusive=True).method.queue
        for key in keys:
            channel.queue_bind(queue, EXCHANGE, key)
        channel.confirm_delivery()
        for key in (*WANTED, *OTHERS):
            channel.basic_publish(EXCHANGE, key, b"")
        count = channel.queue_declare(queue, passive=True).method.message_count
        arrived = [channel.basic_get(queue, auto_ack=True)[0].routing_key for _ in range(count)]
        channel.exchange_delete(EXCHANGE)
    return arrived
