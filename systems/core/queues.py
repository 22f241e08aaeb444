"""The queues of the work in the background. Who sends declares them, too: what has no queue is lost."""

from kombu import Connection, Exchange, Queue
from kombu.transport.native_delayed_delivery import (
    bind_queue_to_native_delayed_delivery_exchange,
    declare_native_delayed_delivery_exchanges_and_queues,
)

EXCHANGE = Exchange("systems", type="topic")  # by a direct one, a task with a countdown would hold up those behind it
WORK = ("systems", "mail", "payments")  # a kind of work each, so that a slow provider delays no mail; also their keys
DELIVERIES = 5  # more attempts than that at a message whose worker dies are too many
DEAD = "systems.dead"
_dead_letters = Exchange(DEAD, type="fanout")
LOSING_NOTHING = {
    "x-queue-type": "quorum",
    "x-delivery-limit": DELIVERIES,  # named, since its default differs: none before RabbitMQ 4, then 20
    "x-dead-letter-exchange": DEAD,
    "x-dead-letter-strategy": "at-least-once",  # the default forgets a dead letter that can't be delivered at once
    "x-overflow": "reject-publish",  # which that strategy needs
}
# Of the dead letters: each look takes them out and gives them back, and after 20 of those RabbitMQ 4 would drop them.
LOOKED_AT = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}


def work_queues() -> list[Queue]:
    return [Queue(name, EXCHANGE, routing_key=name, queue_arguments=LOSING_NOTHING) for name in WORK]


def declare(connection: Connection) -> None:
    """Make what is not there: dead letters, work, and the 28 queues in which a task with a countdown waits."""
    channel = connection.default_channel
    Queue(DEAD, _dead_letters, queue_arguments=LOOKED_AT).bind(channel).declare()
    for queue in work_queues():
        queue.bind(channel).declare()
    declare_native_delayed_delivery_exchanges_and_queues(connection, "quorum")
    for queue in work_queues():
        bind_queue_to_native_delayed_delivery_exchange(connection, queue)
