"""Right and wrong answers to lapsed of 22-bookings-without-conflict."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg

from exercises.bookings_without_conflict.lapsed import lapsed
from tests.exercises.answers import Answers

answers = Answers(lapsed)

CLAIM = """
    insert into stays values (1, %s, %s, 'pending', %s)
    on conflict on constraint one_guest_a_night do nothing returning guest
"""
DAY = timedelta(hours=24)


def lapses(lapse: str) -> Callable[..., str]:
    """An answer that cancels where this is true, and claims."""

    def book(db: Any, guest: int, stay: Any, now: datetime) -> str:
        values = {"stay": stay, "then": now - DAY}
        with db.transaction():
            db.execute(f"update stays set status = 'cancelled' where {lapse}", values)
            claimed = db.execute(CLAIM, [guest, stay, now]).fetchone()
        return "booked" if claimed else "taken"

    return book


HERE = "listing_id = 1 and stay && %(stay)s"
LAPSED = f"{HERE} and status = 'pending' and asked_at <= %(then)s"
answers.wrong("only if `asked_at`")(lapses(f"{HERE} and status = 'pending'"))
answers.wrong("or earlier (`<=`)")(lapses(f"{HERE} and status = 'pending' and asked_at < %(then)s"))
answers.wrong("still pending can lapse")(lapses(f"{HERE} and asked_at <= %(then)s"))
answers.wrong("only what is in the way")(lapses("status = 'pending' and asked_at <= %(then)s"))
answers.wrong("only what is in the way")(lapses("stay && %(stay)s and status = 'pending' and asked_at <= %(then)s"))


@answers.wrong("the host can confirm")
def looks_and_then_updates(db: Any, guest: int, stay: Any, now: datetime) -> str:
    look = f"select guest from stays where {LAPSED}"
    with db.transaction():
        found = [row[0] for row in db.execute(look, {"stay": stay, "then": now - DAY})]
        db.execute("update stays set status = 'cancelled' where listing_id = 1 and guest = any(%s)", [found])
        claimed = db.execute(CLAIM, [guest, stay, now]).fetchone()
    return "booked" if claimed else "taken"


@answers.wrong("let the constraint decide")
def looks_instead_of_asking_the_constraint(db: Any, guest: int, stay: Any, now: datetime) -> str:
    lapse = f"update stays set status = 'cancelled' where {LAPSED}"
    look = f"select 1 from stays where {HERE} and status <> 'cancelled'"
    db.execute(lapse, {"stay": stay, "then": now - DAY})
    if db.execute(look, {"stay": stay}).fetchone():
        return "taken"
    db.execute("insert into stays values (1, %s, %s, 'pending', %s)", [guest, stay, now])
    return "booked"


@answers.wrong("a look before the claim")
def looks_before_it_inserts(db: Any, guest: int, stay: Any, now: datetime) -> str:
    with db.transaction():
        return str(looks_instead_of_asking_the_constraint(db, guest, stay, now))


answers.wrong("and overlapping")(lapses("listing_id = 1 and stay = %(stay)s and asked_at <= %(then)s"))


@answers.wrong("cancel those")
def deletes_what_has_lapsed(db: Any, guest: int, stay: Any, now: datetime) -> str:
    with db.transaction():
        db.execute(f"delete from stays where {LAPSED}", {"stay": stay, "then": now - DAY})
        claimed = db.execute(CLAIM, [guest, stay, now]).fetchone()
    return "booked" if claimed else "taken"


@answers.right
def locks_what_has_lapsed_and_then_cancels(db: Any, guest: int, stay: Any, now: datetime) -> str:
    look = f"select guest from stays where {LAPSED} for update"
    with db.transaction():
        found = [row[0] for row in db.execute(look, {"stay": stay, "then": now - DAY})]
        cancel = "update stays set status = 'cancelled' where listing_id = 1 and guest = any(%s) and stay && %s"
        db.execute(cancel, [found, stay])
        claimed = db.execute(CLAIM, [guest, stay, now]).fetchone()
    return "booked" if claimed else "taken"


@answers.right
def catches_the_refusal(db: Any, guest: int, stay: Any, now: datetime) -> str:
    lapse = f"update stays set status = 'cancelled' where {LAPSED}"
    db.execute("select pg_advisory_lock(22)")
    try:
        with db.transaction():
            db.execute(lapse, {"stay": stay, "then": now - DAY})
            db.execute("insert into stays values (1, %s, %s, 'pending', %s)", [guest, stay, now])
    except psycopg.errors.ExclusionViolation:
        return "taken"
    finally:
        db.execute("select pg_advisory_unlock(22)")
    return "booked"
