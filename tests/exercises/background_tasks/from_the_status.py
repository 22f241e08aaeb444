"""Right and wrong answers to from-the-status of 42-background-tasks."""

from typing import Any

from exercises.background_tasks.from_the_status import from_the_status
from tests.exercises.answers import Answers

answers = Answers(from_the_status)


@answers.right
def one_more_binding(channel: Any) -> None:
    channel.queue_bind(queue="mail", exchange="hotel", routing_key="booking.*")


@answers.right
def two_exact_keys(channel: Any) -> None:
    for key in ("booking.made", "booking.cancelled"):
        channel.queue_bind("mail", "hotel", key)


@answers.wrong("are no fault")
def empties_the_audit(channel: Any) -> None:
    channel.queue_purge("audit")


@answers.wrong("letter by letter")
def only_unbinds(channel: Any) -> None:
    channel.queue_unbind("mail", "hotel", "bookings.*")


@answers.wrong("lets everything through")
def everything_to_mail(channel: Any) -> None:
    channel.queue_bind("mail", "hotel", "#")


@answers.wrong("loses its messages and its consumers")
def makes_the_queue_again(channel: Any) -> None:
    channel.queue_delete("mail")
    channel.queue_declare("mail", durable=True)
    channel.queue_bind("mail", "hotel", "booking.*")


@answers.wrong("payments was well")
def moves_the_payments(channel: Any) -> None:
    channel.queue_bind("mail", "hotel", "booking.*")
    channel.queue_unbind("payments", "hotel", "payment.*")
