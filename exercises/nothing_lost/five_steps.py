"""five-steps: put the steps of a consumer in an order in which it can be killed after each of them."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import psycopg
from pika.adapters.blocking_connection import BlockingChannel

from nexus import Lab
from nexus.exercises import Finding, exercise, scratch_tables

STEPS = ("begin", "note the event", "write the invoice", "commit", "acknowledge")
TABLES = "create table notes (event text primary key); create table invoices (event text not null)"
TIMES = {0: "no invoice", 1: "one invoice", 2: "two invoices"}


class Consumer:
    """A consumer that has taken a message, and does steps until it is killed."""

    def __init__(self, db: psycopg.Connection[Any], channel: BlockingChannel, queue: str) -> None:
        self.db, self.channel = db, channel
        self.method, _, self.body = channel.basic_get(queue)
        self.is_copy = False
        self.acts: dict[str, Callable[[], object]] = {
            "begin": lambda: db.execute("begin"),
            "note the event": self.note,
            "write the invoice": lambda: db.execute("insert into invoices values (%s)", [self.event]),
            "commit": lambda: db.execute("commit"),
            "acknowledge": lambda: channel.basic_ack(self.method.delivery_tag),
        }

    @property
    def event(self) -> str:
        return str(self.body.decode())

    def note(self) -> None:
        try:
            self.db.execute("insert into notes values (%s)", [self.event])
        except psycopg.errors.UniqueViolation:
            self.is_copy = True  # what it has done in this transaction is not to be done: somebody did it before
            with suppress(psycopg.Error):
                self.db.execute("rollback")

    def do(self, steps: Sequence[str]) -> None:
        for step in steps:
            if not self.is_copy or step == "acknowledge":
                self.acts[step]()


@exercise("five-steps")
def five_steps(lab: Lab, answer: Any) -> Iterator[Finding]:
    each_once = Finding(
        "each of the five steps is there once",
        expected=sorted(STEPS),
        happened=sorted(map(str, answer)),
        hint="the list has the five steps of the task, in another order",
    )
    yield each_once
    if not each_once.passed:
        return
    steps = list(answer)
    for done, last in enumerate(steps, 1):
        yield Finding(
            f"killed after “{last}”",
            expected="one invoice",
            happened=invoices(lab, steps, done),
            hint=hint_of(steps),
        )


def hint_of(steps: list[str]) -> str:
    if steps[-1] != "acknowledge":
        return "after the acknowledgement RabbitMQ forgets the message: what else is there to do must be done by then"
    return "note and invoice belong together, in one transaction: between begin and commit"


def invoices(lab: Lab, steps: list[str], done: int) -> str:
    """How many there are, where the first consumer is killed after so many steps and a second comes."""
    queue = f"five-steps-{uuid.uuid4().hex}"
    with scratch_tables(lab, TABLES) as db, lab.amqp() as keeper:
        keeper.channel().queue_declare(queue)
        keeper.channel().basic_publish("", queue, queue)
        try:
            consume(lab, queue, steps[:done])
            consume(lab, queue, steps)
            return TIMES[db.execute("select count(*) from invoices").fetchall()[0][0]]
        finally:
            keeper.channel().queue_delete(queue)


def consume(lab: Lab, queue: str, steps: list[str]) -> None:
    """Take the message, if it is there, and do these steps. Then both connections end, as by a kill."""
    with lab.amqp() as connection, lab.connect(autocommit=True, options="-c search_path=scratch") as db:
        consumer = Consumer(db, connection.channel(), queue)
        if consumer.method:
            consumer.do(steps)
        db.close()
