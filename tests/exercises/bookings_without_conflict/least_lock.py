"""Right and wrong answers to least-lock of 22-bookings-without-conflict."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import IsolationLevel

from exercises.bookings_without_conflict.least_lock import least_lock
from tests.exercises.answers import Answers

answers = Answers(least_lock)

OVERLAP = "select 1 from bookings where listing_id = %s and stay && %s"
INSERT = "insert into bookings values (%s, %s, %s)"
NO_KEY = "select from listings where id = %s for no key update"
OF_THIS_PROCESS = {listing: threading.Lock() for listing in (1, 2)}


def books(lock: str, by_listing: bool = True, look: str = OVERLAP) -> Callable[..., str]:
    """An answer that locks, looks and inserts."""

    def book(db: Any, listing: int, guest: int, stay: Any) -> str:
        with db.transaction():
            db.execute(lock, [listing] if by_listing else [])
            if db.execute(look, [listing, stay]).fetchone():
                return "taken"
            db.execute(INSERT, [listing, guest, stay])
        return "booked"

    return book


answers.right(books("select pg_advisory_xact_lock(22, %s)"))
answers.right(books("update listings set id = id where id = %s"))
answers.wrong("lock first")(books("select 1", by_listing=False))
answers.wrong("lock first")(books("select 1", by_listing=False, look=OVERLAP + " for update"))
answers.wrong("lock first")(books("select from listings where id = %s for key share"))
answers.wrong("by its id")(books("lock table bookings in exclusive mode", by_listing=False))
answers.wrong("by its id")(books("select pg_advisory_xact_lock(22)", by_listing=False))
answers.wrong("there is a weaker lock")(books("select from listings where id = %s for update"))


@answers.right
def serializable_and_tried_again(db: Any, listing: int, guest: int, stay: Any) -> str:
    db.isolation_level = IsolationLevel.SERIALIZABLE
    while True:
        try:
            return books("select 1", by_listing=False)(db, listing, guest, stay)
        except psycopg.errors.SerializationFailure:
            continue


@answers.right
def inserts_what_is_free_in_one_statement(db: Any, listing: int, guest: int, stay: Any) -> str:
    values = {"listing": listing, "guest": guest, "stay": stay}
    free = "not exists (select from bookings where listing_id = %(listing)s and stay && %(stay)s)"
    with db.transaction():
        db.execute(NO_KEY, [listing])
        inserted = db.execute(
            f"insert into bookings select %(listing)s, %(guest)s, %(stay)s::daterange where {free}", values
        )
    return "booked" if inserted.rowcount else "taken"


@answers.wrong("says nothing of the nights")
def takes_a_held_lock_for_a_taken_night(db: Any, listing: int, guest: int, stay: Any) -> str:
    try:
        return books(NO_KEY + " nowait")(db, listing, guest, stay)
    except psycopg.errors.LockNotAvailable:
        return "taken"


@answers.wrong("lock first")
def queues_in_python(db: Any, listing: int, guest: int, stay: Any) -> str:
    with OF_THIS_PROCESS[listing]:
        return books("select 1", by_listing=False)(db, listing, guest, stay)


@answers.wrong("lock first")
def looks_at_an_old_picture(db: Any, listing: int, guest: int, stay: Any) -> str:
    db.isolation_level = IsolationLevel.REPEATABLE_READ
    return books(NO_KEY)(db, listing, guest, stay)


@answers.wrong("lock first")
def locks_after_the_look(db: Any, listing: int, guest: int, stay: Any) -> str:
    with db.transaction():
        if db.execute(OVERLAP, [listing, stay]).fetchone():
            return "taken"
        db.execute(NO_KEY, [listing])
        db.execute(INSERT, [listing, guest, stay])
    return "booked"


@answers.wrong("lock first")
def each_statement_by_itself(db: Any, listing: int, guest: int, stay: Any) -> str:
    db.execute(NO_KEY, [listing])  # without a transaction around it, the lock ends with the statement
    if db.execute(OVERLAP, [listing, stay]).fetchone():
        return "taken"
    db.execute(INSERT, [listing, guest, stay])
    return "booked"


@answers.wrong("of the same listing")
def forgets_the_listing(db: Any, listing: int, guest: int, stay: Any) -> str:
    with db.transaction():
        db.execute(NO_KEY, [listing])
        if db.execute("select 1 from bookings where stay && %s", [stay]).fetchone():
            return "taken"
        db.execute(INSERT, [listing, guest, stay])
    return "booked"
