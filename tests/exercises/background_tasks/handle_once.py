"""Right and wrong answers to handle-once of 42-background-tasks."""

import json
from typing import Any

import psycopg

from exercises.background_tasks.handle_once import handle_once
from tests.exercises.answers import Answers

answers = Answers(handle_once)
NOTE = "insert into handled values (%s) on conflict do nothing returning id"
CHARGE = "insert into payments values (%s)"


@answers.right
def in_one_statement(channel: Any, message: Any, body: bytes, db: Any) -> None:
    """The note and the charge are one statement, and so one transaction."""
    try:
        event = json.loads(body)
    except json.JSONDecodeError:
        channel.basic_nack(delivery_tag=message.delivery_tag, requeue=False)
        return
    both = "with first as (insert into handled values (%s) on conflict do nothing returning id) "
    db.execute(both + "insert into payments select %s from first", [event["id"], event["guest"]])
    channel.basic_ack(delivery_tag=message.delivery_tag)


@answers.right
def by_the_error(channel: Any, message: Any, body: bytes, db: Any) -> None:
    try:
        event = json.loads(body)
        with db.transaction():
            db.execute("insert into handled values (%s)", [event["id"]])
            db.execute(CHARGE, [event["guest"]])
    except psycopg.errors.UniqueViolation:
        channel.basic_ack(message.delivery_tag)
    except ValueError:
        channel.basic_reject(message.delivery_tag, False)
    else:
        channel.basic_ack(message.delivery_tag)


@answers.wrong("acknowledge last")
def acknowledges_first(channel: Any, message: Any, body: bytes, db: Any) -> None:
    channel.basic_ack(message.delivery_tag)
    event = json.loads(body)
    with db.transaction():
        if db.execute(NOTE, [event["id"]]).fetchone():
            db.execute(CHARGE, [event["guest"]])


@answers.wrong("note the id in `handled`")
def no_note(channel: Any, message: Any, body: bytes, db: Any) -> None:
    db.execute(CHARGE, [json.loads(body)["guest"]])
    channel.basic_ack(message.delivery_tag)


@answers.wrong("acknowledge last")
def note_committed_first(channel: Any, message: Any, body: bytes, db: Any) -> None:
    event = json.loads(body)
    if db.execute(NOTE, [event["id"]]).fetchone():
        db.execute(CHARGE, [event["guest"]])
    channel.basic_ack(message.delivery_tag)


@answers.wrong("in the same transaction")
def note_committed_last(channel: Any, message: Any, body: bytes, db: Any) -> None:
    event = json.loads(body)
    if not db.execute("select 1 from handled where id = %s", [event["id"]]).fetchone():
        db.execute(CHARGE, [event["guest"]])
        db.execute(NOTE, [event["id"]])
    channel.basic_ack(message.delivery_tag)


@answers.wrong("`channel.basic_ack`")
def never_acknowledges(channel: Any, message: Any, body: bytes, db: Any) -> None:
    event = json.loads(body)
    with db.transaction():
        if db.execute(NOTE, [event["id"]]).fetchone():
            db.execute(CHARGE, [event["guest"]])


@answers.wrong("the key is the event's id")
def once_a_guest(channel: Any, message: Any, body: bytes, db: Any) -> None:
    event = json.loads(body)
    with db.transaction():
        if db.execute(NOTE, [event["guest"]]).fetchone():
            db.execute(CHARGE, [event["guest"]])
    channel.basic_ack(message.delivery_tag)


def right_but_for(bad: Any) -> Any:
    def handle(channel: Any, message: Any, body: bytes, db: Any) -> None:
        try:
            event = json.loads(body)
        except ValueError:
            bad(channel, message.delivery_tag)
            return
        with db.transaction():
            if db.execute(NOTE, [event["id"]]).fetchone():
                db.execute(CHARGE, [event["guest"]])
        channel.basic_ack(message.delivery_tag)

    return handle


answers.wrong("no JSON the next time either")(right_but_for(lambda channel, tag: channel.basic_reject(tag)))
answers.wrong("nobody can look at it")(right_but_for(lambda channel, tag: channel.basic_ack(tag)))
