"""lowest-level: for each program the lowest isolation level that is enough."""

from collections.abc import Callable, Iterator
from typing import Any

from psycopg import IsolationLevel
from psycopg.errors import SerializationFailure

from exercises.isolation.queries import one
from nexus import Lab
from nexus.exercises import Finding, exercise, scratch_tables
from nexus.exercises.racing import Connection, guest

CLINIC = """
    create table stock (number int);
    create table bookings (night int, price int);
    create table payments (amount int);
    create table doctors (id int, on_duty bool);
    insert into stock values (10);
    insert into doctors values (1, true), (2, true);
"""
LEVELS = {
    "read committed": IsolationLevel.READ_COMMITTED,
    "repeatable read": IsolationLevel.REPEATABLE_READ,
    "serializable": IsolationLevel.SERIALIZABLE,
}
Program = Callable[[Connection, Connection], bool]


def each_subtracts(ada: Connection, bo: Connection) -> bool:
    for db in (ada, bo):
        db.execute("update stock set number = number - 1")
        db.commit()
    return bool(one(ada, "select number from stock") == 8)


def each_writes_what_it_read(ada: Connection, bo: Connection) -> bool:
    read = [(db, one(db, "select number from stock")) for db in (ada, bo)]
    for db, number in read:
        db.execute("update stock set number = %s", [number - 1])
        db.commit()
    return bool(one(ada, "select number from stock") == 8)


def one_compares_sums(ada: Connection, bo: Connection) -> bool:
    booked = one(ada, "select coalesce(sum(price), 0) from bookings")
    bo.execute("insert into bookings values (1, 50)")
    bo.execute("insert into payments values (50)")
    bo.commit()
    return bool(booked == one(ada, "select coalesce(sum(amount), 0) from payments"))


def each_books_what_is_free(ada: Connection, bo: Connection) -> bool:
    free = [(db, one(db, "select count(*) from bookings where night = 1") == 0) for db in (ada, bo)]
    for db, is_free in free:
        if is_free:
            db.execute("insert into bookings values (1, 50)")
        db.commit()
    return bool(one(ada, "select count(*) from bookings") == 1)


def each_goes_off_duty(ada: Connection, bo: Connection) -> bool:
    counted = [one(db, "select count(*) from doctors where on_duty") for db in (ada, bo)]
    for db, doctor, on_duty in zip((ada, bo), (1, 2), counted, strict=True):
        if on_duty > 1:
            db.execute("update doctors set on_duty = false where id = %s", [doctor])
        db.commit()
    return bool(one(ada, "select count(*) from doctors where on_duty") == 1)


PROGRAMS: dict[str, tuple[Program, str]] = {
    "set stock = stock - 1": (
        each_subtracts,
        "one statement reads and writes: a second one waits for the first, and subtracts from what it finds then",
    ),
    "read the stock, then write what you read, less 1": (
        each_writes_what_it_read,
        "both write the same row from what they read: it is a lost update",
    ),
    "add up bookings, then payments, while others book and pay": (
        one_compares_sums,
        "it writes nothing, and needs one picture of the database for both questions",
    ),
    "if nobody has the night, insert a booking": (
        each_books_what_is_free,
        "each reads what the other is about to write, and they write different rows: it is a write skew",
    ),
    "if another doctor is on duty, go off duty": (
        each_goes_off_duty,
        "the rule is about two rows, and each doctor writes only one of them: it is a write skew",
    ),
}


def level_needed(lab: Lab, program: Program) -> str:
    """The lowest level on which nothing wrong comes of it: all is right, or somebody is refused."""
    return next((name for name, level in LEVELS.items() if is_safe(lab, program, level)), "none")


def is_safe(lab: Lab, program: Program, level: IsolationLevel) -> bool:
    with scratch_tables(lab, CLINIC), guest(lab) as ada, guest(lab) as bo:
        for db in (ada, bo):
            db.set_autocommit(False)
            db.set_isolation_level(level)
        try:
            return program(ada, bo)
        except SerializationFailure:
            return True
        finally:
            ada.rollback()
            bo.rollback()


@exercise("lowest-level")
def lowest_level(lab: Lab, answer: Any) -> Iterator[Finding]:
    for said, (program, hint) in PROGRAMS.items():
        level = str(answer.get(said, "no word of it")).lower().replace("_", " ")
        yield Finding(said, level_needed(lab, program), level, hint)
