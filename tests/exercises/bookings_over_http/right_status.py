"""Right and wrong answers to right-status of 22c-bookings-over-http."""

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.errors import ExclusionViolation

from exercises.bookings_over_http.right_status import Act, right_status
from tests.exercises.answers import Answers

answers = Answers(right_status)


def caught(error: type[BaseException], otherwise: Callable[[Any], Any]) -> Callable[[Act], Any]:
    """An answer that catches this, and asks `otherwise` for the status; None is let through."""

    def status(act: Act) -> Any:
        try:
            act()
        except error as caught:
            if (found := otherwise(caught)) is None:
                raise
            return found
        return 201

    return status


NAMES: dict[Any, int] = {"one_guest_a_night": 409, "stay_has_a_night": 400}
answers.right(caught(psycopg.Error, lambda error: NAMES.get(error.diag.constraint_name)))


def by_kind(error: Any) -> int | None:
    return {ExclusionViolation: 409, psycopg.errors.CheckViolation: 400}.get(type(error))


answers.wrong("not a conflict")(caught(psycopg.IntegrityError, lambda error: 409))
answers.wrong("another exclusion constraint")(caught(psycopg.IntegrityError, by_kind))
answers.wrong("`raise`")(
    caught(
        psycopg.IntegrityError,
        lambda error: (
            NAMES.get(error.diag.constraint_name)
            or (500 if isinstance(error, psycopg.errors.ForeignKeyViolation) else None)
        ),
    )
)
answers.wrong("a KeyError is a fault")(
    caught(
        Exception,
        lambda error: NAMES.get(error.diag.constraint_name) if isinstance(error, psycopg.Error) else 500,
    )
)
answers.wrong("another check")(
    caught(
        psycopg.IntegrityError,
        lambda error: (
            400 if isinstance(error, psycopg.errors.CheckViolation) else NAMES.get(error.diag.constraint_name)
        ),
    )
)
