"""Right and wrong answers to retry-loop of 22b-isolation."""

import random
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.errors import DeadlockDetected, SerializationFailure

from exercises.isolation.retry_loop import DEADLOCK, MOST_TRIES, SERIALIZATION, retry_loop
from tests.exercises.answers import Answers

answers = Answers(retry_loop)

REFUSALS = (SerializationFailure, DeadlockDetected)


def retries(caught: Any = REFUSALS, most: int = 5, wait: Callable[[int], float] | None = None) -> Callable[..., Any]:
    """An answer of the right form."""

    def transact(db: Any, work: Any, pause: Any) -> Any:
        for number in range(most):
            try:
                with db.transaction():
                    return work(db)
            except caught:
                if number == most - 1:
                    raise
                pause(wait(number) if wait else random.uniform(0, 2.0**number))
        return None

    return transact


@answers.right
def by_their_codes(db: Any, work: Any, pause: Any) -> Any:
    tries = 0
    while True:
        try:
            with db.transaction():
                return work(db)
        except psycopg.Error as error:
            tries += 1
            if error.sqlstate not in {SERIALIZATION, DEADLOCK} or tries == MOST_TRIES:
                raise
        pause(0.01 * 3**tries * (1 + random.random()))


answers.wrong("by name")(retries(caught=psycopg.Error))
answers.wrong("OperationalError is a family")(retries(caught=psycopg.OperationalError))
answers.wrong("DeadlockDetected")(retries(caught=SerializationFailure))
answers.wrong("must not come back together")(retries(wait=lambda number: 0.1 * 2**number))
answers.wrong("let the error go")(retries(most=1000))


@answers.wrong("double the bound")
def never_slows_down(db: Any, work: Any, pause: Any) -> Any:
    return retries(wait=lambda number: random.uniform(0.9, 1))(db, work, pause)


@answers.wrong("the loop goes around")
def loops_inside(db: Any, work: Any, pause: Any) -> Any:
    with db.transaction():
        return by_trying(lambda: work(db), pause)


@answers.wrong("the loop goes around")
def forgets_the_transaction(db: Any, work: Any, pause: Any) -> Any:
    return by_trying(lambda: work(db), pause)


def by_trying(act: Callable[[], Any], pause: Any) -> Any:
    for _ in range(5):
        try:
            return act()
        except REFUSALS:
            pause(1)
    return None


@answers.wrong("at the end of the `with`")
def does_not_see_the_commit(db: Any, work: Any, pause: Any) -> Any:
    for number in range(5):
        with db.transaction() as transaction:
            try:
                return work(db)
            except REFUSALS:
                pause(number)
                raise psycopg.Rollback(transaction) from None
    return None


@answers.wrong("`raise`")
def gives_up_in_silence(db: Any, work: Any, pause: Any) -> Any:
    try:
        return retries()(db, work, pause)
    except REFUSALS:
        return "gave up"


@answers.wrong("let the error go first")
def pauses_before_it_gives_up(db: Any, work: Any, pause: Any) -> Any:
    for number in range(5):
        try:
            with db.transaction():
                return work(db)
        except REFUSALS as error:
            last = error
            pause(random.uniform(0, 2.0**number))
    raise last


@answers.wrong("`raise`")
def returns_nothing_in_the_end(db: Any, work: Any, pause: Any) -> Any:
    try:
        return retries()(db, work, pause)
    except REFUSALS:
        return None


@answers.right
def by_calling_itself(db: Any, work: Any, pause: Any, left: int = 4) -> Any:
    try:
        with db.transaction():
            return work(db)
    except REFUSALS:
        if not left:
            raise
    pause(random.uniform(0, 2.0**-left))
    return by_calling_itself(db, work, pause, left - 1)


@answers.right
def begins_and_commits_by_hand(db: Any, work: Any, pause: Any) -> Any:
    for number in range(1, 6):
        db.execute("begin")
        try:
            result = work(db)
            db.execute("commit")
            return result
        except Exception as error:
            db.execute("rollback")
            if number == 5 or not isinstance(error, REFUSALS):
                raise
        pause(random.uniform(0, number))
    return None


@answers.wrong("call `pause(seconds)`")
def does_not_pause(db: Any, work: Any, pause: Any) -> Any:
    return retries()(db, work, lambda seconds: None)
