"""handle-once: a consumer that loses nothing and charges nobody twice, wherever it is killed."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise, unless_failed

QUEUE, DEAD = "once-or-never", "once-or-never-dead"
MOST_STEPS = 40
LOST = "it was acknowledged before the charge was committed, and then nobody sent it again: acknowledge last"
TWICE = (
    "the second delivery did not see that the first had charged: note the id in `handled`, in the same transaction as "
    "the charge"
)


class KilledError(BaseException):
    """The consumer's process has ended: nothing of it runs any more, its `except Exception` neither."""


class Life:
    """How far a consumer lives: it is killed before or after one of its steps, counted from 1, or never (0)."""

    def __init__(self, deadly: int = 0) -> None:
        self.deadly, self.passed, self.dead = deadly, 0, False

    def step(self, act: Callable[[], Any]) -> Any:
        self._pass()
        result = act()
        self._pass()
        return result

    def _pass(self) -> None:
        self.passed += 1
        self.dead = self.dead or self.passed == self.deadly
        if self.dead:
            raise KilledError


class Channel:
    """A channel of pika's, each of whose methods is a step of a life."""

    def __init__(self, channel: Any, life: Life) -> None:
        self._channel, self._life = channel, life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._channel, name)
        return lambda *args, **options: self._life.step(lambda: method(*args, **options))


def _connect(lab: Lab, life: Life) -> psycopg.Connection[Any]:
    class Watched(psycopg.Cursor[Any]):
        def execute(self, *arguments: Any, **options: Any) -> Any:
            return life.step(lambda: super(Watched, self).execute(*arguments, **options))

    db = lab.connect(autocommit=True)
    db.cursor_factory = Watched
    return db


class Post:
    """A queue, and the consumer that the answer is."""

    def __init__(self, lab: Lab, answer: Any) -> None:
        self.lab, self.answer = lab, answer
        for table in ("payments (guest text)", "handled (id text primary key)"):
            lab.sql(f"drop table if exists {table.split()[0]}")
            lab.sql(f"create table {table}")
        with lab.amqp() as connection:
            channel = connection.channel()
            for queue in (QUEUE, DEAD):
                channel.queue_delete(queue)
            channel.queue_declare(DEAD, durable=True)
            then = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": DEAD}
            channel.queue_declare(QUEUE, durable=True, arguments=then)

    def publish(self, *bodies: str) -> None:
        with self.lab.amqp() as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            for body in bodies:
                channel.basic_publish("", QUEUE, body.encode())

    def deliver(self, life: Life | None = None) -> Any:
        """Let the consumer have the next message, if there is one; what it returned or, in words, what it raised."""
        life = life or Life()
        connection, db = self.lab.amqp(), _connect(self.lab, life)
        channel = connection.channel()
        try:
            message, _, body = channel.basic_get(QUEUE)
            return message and attempt(self.answer, Channel(channel, life), message, body, db)
        except KilledError:
            return "killed"
        finally:
            if channel.is_open:
                channel.close()  # once it is closed, what was not acknowledged is back in the queue
            connection.close()
            db.close()

    def charged(self, guest: str) -> int:
        return int(self.lab.sql("select count(*) from payments where guest = %s", [guest])[0])

    def left(self, queue: str = QUEUE) -> int:
        with self.lab.amqp() as connection:
            return int(connection.channel().queue_declare(queue, passive=True).method.message_count)


def _event(number: str, guest: str) -> str:
    return json.dumps({"id": number, "guest": guest})


@exercise("handle-once")
def handle_once(lab: Lab, answer: Any) -> Iterator[Finding]:
    post = Post(lab, answer)
    post.publish(_event("e0", "Ada"))
    returned = post.deliver()
    yield Finding("a charge is made", 1, post.charged("Ada") or returned, "insert the event's guest into `payments`")
    yield Finding("and its message is gone", 0, post.left(), "acknowledge what is done: `channel.basic_ack`")
    post.publish(_event("e1", "Bo"), _event("e2", "Bo"))
    post.deliver(), post.deliver()
    yield Finding("two bookings of one guest are two charges", 2, post.charged("Bo"), "the key is the event's id")
    yield from _killed(post)
    yield from _no_json(post)


def _killed(post: Post) -> Iterator[Finding]:
    post.publish(_event("e3", "Cleo"), _event("e3", "Cleo"))
    post.deliver(), post.deliver()
    repeated = Finding("an id that is published twice is one charge", 1, post.charged("Cleo"), TWICE)
    yield repeated
    counts = []
    for deadly in range(1, MOST_STEPS):
        guest = f"Guest {deadly}"
        post.publish(_event(guest, guest))
        lived = post.deliver(Life(deadly)) != "killed"
        if not lived:
            post.deliver()
        counts.append(post.charged(guest))
        if lived or counts[-1] != 1:
            break
    wrong = next((count for count in counts if count != 1), 1)
    yield Finding(
        "killed before or after any of its steps, and delivered again, it charges once",
        expected=1,
        happened=wrong,
        hint=unless_failed(repeated, LOST if wrong == 0 else TWICE) if wrong else LOST,
    )


def _no_json(post: Post) -> Iterator[Finding]:
    with post.lab.amqp() as connection:
        connection.channel().queue_purge(QUEUE)
    post.publish("no JSON")
    returned = post.deliver()
    yield Finding(
        "what is no JSON does not come back",
        expected=0,
        happened=post.left() and (returned or "it came back"),
        hint="it will be no JSON the next time either: catch the ValueError, and reject it with `requeue=False`",
    )
    yield Finding(
        "it is a dead letter",
        expected=1,
        happened=post.left(DEAD),
        hint="acknowledged, it is gone, and nobody can look at it: `basic_reject` with `requeue=False`",
    )
