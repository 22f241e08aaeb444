"""Right and wrong answers to not-now of 22c-bookings-over-http."""

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.errors import DeadlockDetected, ExclusionViolation, SerializationFailure

from exercises.bookings_over_http.not_now import BUSY, DEADLOCK, SERIALIZATION, not_now
from exercises.bookings_over_http.right_status import Act
from tests.exercises.answers import Answers

answers = Answers(not_now)


def handles(
    again: Any = (SerializationFailure, DeadlockDetected),
    taken: Any = ExclusionViolation,
    tries: int = 3,
    busy: Any = BUSY,
    ask_for_name: bool = True,
) -> Callable[[Act], Any]:
    """An answer of the right form."""

    def handle(act: Act) -> Any:
        for _ in range(tries):
            try:
                act()
            except again:
                continue
            except taken as error:
                if ask_for_name and error.diag.constraint_name != "one_guest_a_night":
                    raise
                return 409, {}
            return 201, {}
        return busy

    return handle


answers.wrong("no second try can change")(handles(again=psycopg.Error))
answers.wrong("most of it is no refusal")(handles(again=psycopg.OperationalError))
answers.wrong("a serialization failure is worth")(handles(again=DeadlockDetected))
answers.wrong("a deadlock is worth")(handles(again=SerializationFailure))
answers.wrong("three tries in all")(handles(tries=4))
answers.wrong("`Retry-After`, which is text")(handles(busy=(503, {"Retry-After": 1})))
answers.wrong("`Retry-After`")(handles(busy=(409, {})))
answers.wrong("ask for the rule's name")(handles(ask_for_name=False))


@answers.right
def counts_down(act: Act) -> Any:
    left = 3
    while left:
        try:
            act()
        except psycopg.Error as error:
            left -= 1
            if error.diag.constraint_name == "one_guest_a_night":
                return 409, {}
            if error.sqlstate not in {SERIALIZATION, DEADLOCK}:
                raise
        else:
            return 201, {}
    return BUSY


answers.right(lambda act: list(handles()(act)))


@answers.wrong("each try can end in each way")
def sees_the_taken_night_at_the_first_try_only(act: Act) -> Any:
    try:
        act()
    except ExclusionViolation as error:
        if error.diag.constraint_name != "one_guest_a_night":
            raise
        return 409, {}
    except (SerializationFailure, DeadlockDetected):
        return handles(tries=2, taken=())(act)
    return 201, {}


@answers.wrong("this is none of them")
def takes_what_it_does_not_know_for_a_refusal(act: Act) -> Any:
    try:
        return handles()(act)
    except psycopg.errors.UniqueViolation:
        return BUSY
