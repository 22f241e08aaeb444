"""A small system that runs on the room's RabbitMQ, and in which no guest gets a mail."""

from typing import Any

import pika

from nexus import Lab, Table, current

EXCHANGE = "hotel"
EVENTS = {"booking.made": 4, "booking.cancelled": 4, "payment.failed": 3}
BINDINGS = {"audit": "#", "mail": "bookings.*", "payments": "payment.*"}
CONSUMED = ("mail", "payments")  # the audit is read at night
MARK = "hotel.mark"


class Hotel:
    """It publishes what happened, and consumes it, as of now. Another one takes this one's place."""

    def __init__(self, lab: Lab | None = None) -> None:
        self._lab = lab or current()
        # It is looked at now and then, and answers no heartbeat between.
        self._connection = pika.BlockingConnection(pika.URLParameters(self._lab.url("rabbitmq") + "?heartbeat=0"))
        self._channel = self._connection.channel()
        self._channel.confirm_delivery()
        self.arrived: dict[str, list[str]] = {queue: [] for queue in BINDINGS}
        self._begin()
        for key, count in EVENTS.items():
            for _ in range(count):
                self.publish(key)
        self.consume()

    def _begin(self) -> None:
        self._channel.exchange_delete(EXCHANGE)
        self._channel.exchange_declare(EXCHANGE, "topic", durable=True)
        for queue, key in BINDINGS.items():
            self._channel.queue_delete(queue)
            self._channel.queue_declare(queue, durable=True)
            self._channel.queue_bind(queue, EXCHANGE, key)
        for queue in CONSUMED:
            self._channel.basic_consume(queue, self._receiver(queue))

    def _receiver(self, queue: str) -> Any:
        def receive(channel: Any, message: Any, properties: Any, body: bytes) -> None:
            self.arrived[queue].append(MARK if body == MARK.encode() else message.routing_key)
            channel.basic_ack(message.delivery_tag)

        return receive

    def publish(self, key: str) -> None:
        self._channel.basic_publish(EXCHANGE, key, b"")

    def consume(self) -> None:
        """Let the consumers take all that was published before. Their queues must be there."""
        for queue in CONSUMED:
            self._channel.basic_publish("", queue, MARK.encode())
        while not all(MARK in self.arrived[queue] for queue in CONSUMED):
            self._connection.process_data_events(1)
        for queue in CONSUMED:
            self.arrived[queue].remove(MARK)

    def look(self, queue: str) -> tuple[int, int] | None:
        """How many messages wait in it, and how many consumers it has. None where it is gone."""
        with self._lab.amqp() as connection:
            try:
                found = connection.channel().queue_declare(queue, passive=True).method
            except pika.exceptions.ChannelClosedByBroker:
                return None
        return found.message_count, found.consumer_count

    def status(self) -> Table:
        """The queues, as they are."""
        rows = []
        for queue, key in BINDINGS.items():
            waiting, consumers = self.look(queue) or (0, 0)
            rows.append((queue, key, waiting + len(self.arrived[queue]), waiting, consumers))
        return Table(rows, ["queue", "bound by", "arrived", "waiting", "consumers"])

    def close(self) -> None:
        self._connection.close()
