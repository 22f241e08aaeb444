"""Right and wrong answers to two-transfers of 22b-isolation."""

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.errors import DeadlockDetected

from exercises.isolation.two_transfers import two_transfers
from tests.exercises.answers import Answers

answers = Answers(two_transfers)

LOCK = "select credit from purses where id = %s for no key update"
LOCK_BOTH = "select id, credit from purses where id in (%s, %s) order by id for no key update"
ADD = "update purses set credit = credit + %s where id = %s"
TAKE = "update purses set credit = credit - %(amount)s where id = %(giver)s and credit >= %(amount)s"


@answers.right
def locks_both_in_one_statement(db: Any, giver: int, taker: int, amount: int) -> str:
    with db.transaction():
        credit = dict(db.execute(LOCK_BOTH, [giver, taker]).fetchall())
        if credit[giver] < amount:
            return "too little"
        db.execute(ADD, [-amount, giver])
        db.execute(ADD, [amount, taker])
    return "done"


@answers.right
def updates_in_order(db: Any, giver: int, taker: int, amount: int) -> str:
    done = False
    with db.transaction() as transfer:
        for purse in sorted((giver, taker)):
            if purse == taker:
                db.execute(ADD, [amount, taker])
            else:
                done = db.execute(TAKE, {"amount": amount, "giver": giver}).rowcount == 1
        if not done:
            raise psycopg.Rollback(transfer)
    return "done" if done else "too little"


@answers.right
def tries_again_after_a_deadlock(db: Any, giver: int, taker: int, amount: int) -> str:
    while True:
        try:
            with db.transaction():
                if db.execute(TAKE, {"amount": amount, "giver": giver}).rowcount == 0:
                    return "too little"
                db.execute(ADD, [amount, taker])
            return "done"
        except DeadlockDetected:
            continue


@answers.wrong("both updates in one")
def takes_and_gives_apart(db: Any, giver: int, taker: int, amount: int) -> str:
    if db.execute(TAKE, {"amount": amount, "giver": giver}).rowcount == 0:
        return "too little"
    db.execute(ADD, [amount, taker])
    return "done"


@answers.wrong("look under a lock")
def looks_before_it_locks(db: Any, giver: int, taker: int, amount: int) -> str:
    with db.transaction():
        if db.execute("select credit from purses where id = %s", [giver]).fetchone()[0] < amount:
            return "too little"
        db.execute(LOCK_BOTH, [giver, taker])
        db.execute(ADD, [-amount, giver])
        db.execute(ADD, [amount, taker])
    return "done"


def locking(
    lock: str, order: Callable[..., Any], enough: Callable[[int, int], bool] = int.__ge__
) -> Callable[..., str]:
    def transfer(db: Any, giver: int, taker: int, amount: int) -> str:
        with db.transaction():
            credit = {purse: db.execute(lock, [purse]).fetchone()[0] for purse in order((giver, taker))}
            if not enough(credit[giver], amount):
                return "too little"
            db.execute(ADD, [-amount, giver])
            db.execute(ADD, [amount, taker])
        return "done"

    return transfer


answers.wrong("lock both purses in one order")(locking(LOCK, tuple))
answers.wrong("look under a lock")(locking(LOCK.partition(" for")[0], sorted))
answers.wrong("exactly as much")(locking(LOCK, sorted, enough=int.__gt__))


@answers.wrong("has lost nothing")
def takes_and_then_looks(db: Any, giver: int, taker: int, amount: int) -> str:
    with db.transaction():
        db.execute(ADD, [-amount, giver])
        if db.execute("select credit from purses where id = %s", [giver]).fetchone()[0] < 0:
            return "too little"
        db.execute(ADD, [amount, taker])
    return "done"


@answers.wrong("lock both purses in one order")
def takes_in_one_statement(db: Any, giver: int, taker: int, amount: int) -> str:
    with db.transaction():
        if db.execute(TAKE, {"amount": amount, "giver": giver}).rowcount == 0:
            return "too little"
        db.execute(ADD, [amount, taker])
    return "done"
