"""lapsed: a request that nobody answered for a day gives way to the next guest."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from exercises.bookings_without_conflict.stays import RULE, nights
from nexus import Lab
from nexus.exercises import Finding, attempt, exercise
from nexus.exercises.racing import Connection, guest, raced, tables

STAYS = f"""
    create table stays (
        listing_id int, guest int, stay daterange, status text, asked_at timestamptz, {RULE}
    );
"""
NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


@exercise("lapsed")
def lapsed(lab: Lab, answer: Any) -> Iterator[Finding]:
    with tables(lab, STAYS) as db:
        with guest(lab) as bo:
            yield from gives_way_after_a_day(db, bo, answer)
            yield leaves_others_alone(db, bo, answer)
            yield is_not_overruled(lab, db, answer)
        yield from two_at_once(lab, db, answer)


def gives_way_after_a_day(db: Connection, bo: Connection, answer: Any) -> Iterator[Finding]:
    def beside(status: str, hours: float) -> tuple[Any, str]:
        """What Bo gets beside a stay of Ada's, and the status of hers after that."""
        ask(db, (1, nights(1, 4), status, ago(hours)))
        return attempt(answer, bo, 8, nights(3, 6), NOW), statuses(db)[0]

    yield Finding(
        "a request of 23 hours ago holds its nights, and stays as it is",
        expected=("taken", "pending"),
        happened=beside("pending", 23),
        hint="a request may be cancelled only if `asked_at` is 24 hours before now, or earlier",
    )
    yield Finding(
        "a request of exactly 24 hours ago gives way",
        expected=("booked", "cancelled"),
        happened=beside("pending", 24),
        hint="24 hours before now, or earlier (`<=`), and overlapping (`&&`): cancel those, and then claim",
    )
    yield Finding(
        "a stay that was confirmed holds its nights however old it is",
        expected=("taken", "confirmed"),
        happened=beside("confirmed", 72),
        hint="only what is still pending can lapse",
    )


def leaves_others_alone(db: Connection, bo: Connection, answer: Any) -> Finding:
    ask(db, (1, nights(10, 12), "pending", ago(48)), (2, nights(1, 4), "pending", ago(48)))
    return Finding(
        "other nights, and other listings, are left alone",
        expected=("booked", ["pending", "pending"]),
        happened=(attempt(answer, bo, 8, nights(3, 6), NOW), statuses(db)),
        hint="cancel only what is in the way: stays of listing 1 that overlap the new one",
    )


def is_not_overruled(lab: Lab, db: Connection, answer: Any) -> Finding:
    in_time, outcome = confirmed_meanwhile(lab, db, answer)
    return Finding(
        "a host who confirms in the last moment is not overruled",
        expected=("taken", "confirmed") if in_time else ("booked", "cancelled"),
        happened=outcome,
        hint="between look and update, the host can confirm: let the update itself ask if it is still pending",
    )


def two_at_once(lab: Lab, db: Connection, answer: Any) -> Iterator[Finding]:
    ask(db, (1, nights(1, 4), "pending", ago(48)))
    yield Finding(
        "of two who come after a lapsed request, one is booked",
        expected=["booked", "taken"],
        happened=raced(lab, db, *(lambda db, n=n: answer(db, n, nights(1, 3 + n), NOW) for n in (1, 2))),
        hint="let the constraint decide between the two, `on conflict ... do nothing returning guest`",
    )
    ask(db)
    yield Finding(
        "of two who come for free nights, one is booked and one is refused",
        expected=["booked", "taken"],
        happened=raced(lab, db, *(lambda db, n=n: answer(db, n, nights(1, 3 + n), NOW) for n in (1, 2))),
        hint="a look before the claim protects nobody: let `on conflict ... do nothing` decide, in one statement",
    )


def ask(db: Connection, *stays: tuple[Any, ...]) -> None:
    """These stays of guest 7, and no others: listing, nights, status, and when it was asked for."""
    db.execute("truncate stays")
    for listing, stay, status, asked_at in stays:
        db.execute("insert into stays values (%s, 7, %s, %s, %s)", [listing, stay, status, asked_at])


def statuses(db: Connection) -> list[str]:
    found = db.execute("select status from stays where guest = 7 order by listing_id").fetchall()
    return [row[0] for row in found] or ["no longer there"]


def confirmed_meanwhile(lab: Lab, db: Connection, book: Callable[..., Any]) -> tuple[bool, tuple[Any, str]]:
    """As `beside`, with a host who confirms right before the first update. And whether no lock made her too late."""
    ask(db, (1, nights(1, 4), "pending", ago(48)))
    in_time = [True]

    def confirm(statement: str) -> None:
        if statement.startswith(("update", "delete", "with")):
            try:
                db.execute("update stays set status = 'confirmed' where guest = 7 and status = 'pending'")
            except psycopg.errors.LockNotAvailable:
                in_time[0] = False

    db.execute("set lock_timeout = '500ms'")
    with guest(lab, confirm) as bo:
        answered = attempt(book, bo, 8, nights(3, 6), NOW)
    db.execute("reset lock_timeout")
    return in_time[0], (answered, statuses(db)[0])
