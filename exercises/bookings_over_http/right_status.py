"""right-status: of each thing that Postgres may say to a booking, the status, or none of ours."""

from collections.abc import Callable, Iterator
from typing import Any

from exercises.bookings_over_http.house import HOUSE, INSERT, NEXT, NIGHT, kind
from nexus import Lab
from nexus.exercises import Finding, attempt, exercise
from nexus.exercises.racing import Connection, tables

Act = Callable[[], Any]


def books(db: Connection, room: str = "tower", stay: str = NEXT, guests: int = 1, cleaner: str | None = None) -> Act:
    return lambda: db.execute(INSERT, [room, stay, guests, cleaner])


def has_a_slip() -> None:
    dict[str, str]()["guest"]


# What is let through, an act of that kind, the error's name, and a hint.
LET_THROUGH: list[tuple[str, Callable[[Connection], Act], str, str]] = [
    (
        "a cleaner in two rooms is let through",
        lambda db: books(db, stay=NIGHT, room="attic", cleaner="Zoë"),
        "ExclusionViolation",
        "another exclusion constraint is no taken night: look at the name, not at the kind",
    ),
    (
        "nobody staying is let through",
        lambda db: books(db, stay="[2030-07-01,2030-07-02)", guests=0),
        "CheckViolation",
        "another check is no stay without a night: look at the name, not at the kind",
    ),
    (
        "a room that is not there is let through",
        lambda db: books(db, room="cellar", stay="[2030-07-01,2030-07-02)"),
        "ForeignKeyViolation",
        "what you have no status for, `raise`: IntegrityError is a family",
    ),
    (
        "a slip in our own code is let through",
        lambda db: has_a_slip,
        "KeyError",
        "catch psycopg's errors only: a KeyError is a fault, and should be heard of",
    ),
]


@exercise("right-status")
def right_status(lab: Lab, answer: Any) -> Iterator[Finding]:
    with tables(lab, HOUSE) as db:
        db.execute(INSERT, ["tower", NIGHT, 1, "Zoë"])
        yield from has_a_status(db, answer)
        for said, act, name, hint in LET_THROUGH:
            yield Finding(said, name, kind(attempt(answer, act(db))), hint)


def has_a_status(db: Connection, answer: Any) -> Iterator[Finding]:
    yield Finding(
        "a free night is a 201",
        expected=201,
        happened=attempt(answer, books(db)),
        hint="after `act()` went well, return 201",
    )
    yield Finding(
        "a taken night is a 409",
        expected=409,
        happened=attempt(answer, books(db, stay=NIGHT)),
        hint="`one_guest_a_night` is what a 409 means",
    )
    yield Finding(
        "a stay without a night is a 400",
        expected=400,
        happened=attempt(answer, books(db, stay="empty")),
        hint="`stay_has_a_night` is broken by what the client sent: 400, and not a conflict",
    )
