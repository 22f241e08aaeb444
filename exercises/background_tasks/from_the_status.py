"""from-the-status: find from its status what is wrong in a running system, and repair it as it runs."""

from collections.abc import Iterator
from typing import Any

from exercises.background_tasks.hotel import EVENTS, Hotel
from nexus import Lab
from nexus.exercises import Finding, attempt, exercise


@exercise("from-the-status")
def from_the_status(lab: Lab, answer: Any) -> Iterator[Finding]:
    hotel = Hotel(lab)
    try:
        with lab.amqp() as connection:
            attempt(answer, connection.channel())
        yield from _what_runs(hotel)
        mail = hotel.look("mail")
        if mail and mail[1]:
            yield from _what_arrives(hotel)
    finally:
        hotel.close()


def _what_runs(hotel: Hotel) -> Iterator[Finding]:
    audit, mail = hotel.look("audit"), hotel.look("mail")
    yield Finding(
        "what waits for the audit is still there",
        expected=sum(EVENTS.values()),
        happened=audit[0] if audit else "its queue is gone",
        hint="those messages wait for the night, and are no fault: leave the queue `audit` alone",
    )
    yield Finding(
        "the consumer of mail is still at its queue",
        expected=1,
        happened=mail[1] if mail else "its queue is gone",
        hint="a queue that is deleted loses its messages and its consumers: change what leads to it",
    )


def _what_arrives(hotel: Hotel) -> Iterator[Finding]:
    before = {queue: len(keys) for queue, keys in hotel.arrived.items()}
    for key in (*EVENTS, "guest.moved"):
        hotel.publish(key)
    hotel.consume()
    new = {queue: keys[before[queue] :] for queue, keys in hotel.arrived.items()}
    yield Finding(
        "a booking that is made or cancelled reaches the queue of mails",
        expected=["booking.made", "booking.cancelled"],
        happened=[key for key in new["mail"] if key.startswith("booking.")],
        hint="compare, letter by letter, the key by which `mail` is bound with the keys of the events: `queue_bind`",
    )
    yield Finding(
        "nothing else does",
        expected=[],
        happened=[key for key in new["mail"] if not key.startswith("booking.")],
        hint="`#` lets everything through; mails are for `booking.` and one more word",
    )
    yield Finding(
        "payments get what they got before",
        expected=["payment.failed"],
        happened=new["payments"],
        hint="the queue of payments was well: leave its binding as it is",
    )
