"""Right and wrong answers to after-what of 40-caching."""

from typing import Any

import psycopg
import redis

from exercises.caching.after_what import after_what
from tests.exercises.answers import Answers

answers = Answers(after_what)

UPDATE, LOG = "update places set price = %s where id = 7", "insert into price_log values (%s)"


@answers.right
def commits_by_hand(connect: Any, clear: Any, price: int) -> None:
    db = connect()
    try:
        db.execute(UPDATE, [price])
        db.execute(LOG, [price])
        db.commit()
    finally:
        db.close()
    clear("price:7")


@answers.right
def does_without_redis(connect: Any, clear: Any, price: int) -> None:
    with connect() as db, db.transaction():
        db.execute(UPDATE, [price])
        db.execute(LOG, [price])
    try:
        clear("price:7")
    except redis.RedisError:
        return


@answers.wrong("after the `with`")
def clears_first(connect: Any, clear: Any, price: int) -> None:
    clear("price:7")
    with connect() as db:
        db.execute(UPDATE, [price])
        db.execute(LOG, [price])


@answers.wrong("after the `with`")
def clears_last_within(connect: Any, clear: Any, price: int) -> None:
    with connect() as db:
        db.execute(UPDATE, [price])
        db.execute(LOG, [price])
        clear("price:7")


@answers.wrong("call clear")
def never_clears(connect: Any, clear: Any, price: int) -> None:
    with connect() as db:
        db.execute(UPDATE, [price])
        db.execute(LOG, [price])


@answers.wrong("call clear")
def does_not_commit(connect: Any, clear: Any, price: int) -> None:
    db = connect()
    db.execute(UPDATE, [price])
    db.execute(LOG, [price])
    clear("price:7")


@answers.wrong("on one connection")
def waits_for_itself(connect: Any, clear: Any, price: int) -> None:
    with connect() as db, connect() as other:
        db.execute(UPDATE, [price])
        other.execute("select from places for update")
        other.execute(LOG, [price])
    clear("price:7")


@answers.wrong("one transaction")
def two_transactions(connect: Any, clear: Any, price: int) -> None:
    with connect() as db:
        db.execute(UPDATE, [price])
    clear("price:7")
    with connect() as db:
        db.execute(LOG, [price])


@answers.wrong("finally")
def clears_in_any_case(connect: Any, clear: Any, price: int) -> None:
    try:
        with connect() as db:
            db.execute(UPDATE, [price])
            db.execute(LOG, [price])
    finally:
        clear("price:7")


@answers.wrong("let the error pass")
def swallows_the_refusal(connect: Any, clear: Any, price: int) -> None:
    try:
        with connect() as db:
            db.execute(UPDATE, [price])
            db.execute(LOG, [price])
    except psycopg.Error:
        return
    clear("price:7")
