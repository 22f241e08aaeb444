"""The exercises of 20b-constraints: rules for ratings, what goes along with a delete, a constraint with a condition."""

from collections.abc import Iterator
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from nexus import Lab
from nexus.exercises import Chapter, Finding, accepts, run, scratch

chapter = Chapter("20b-constraints")
check = chapter.check


# --- honest-ratings


@chapter.exercise("honest-ratings")
def honest_ratings(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch(lab) as db:
        db.exec_driver_sql("create table feedback (booking_id int, rating int)")
        for statement in [answer] if isinstance(answer, str) else answer:
            run(db, statement)

        def accepted(*ratings: str) -> list[str]:
            """Of these ratings, each for a booking of its own, those that the table takes."""
            rows = [(rating, f"insert into feedback values ({n}, {rating})") for n, rating in enumerate(ratings)]
            taken = [rating for rating, row in rows if accepts(db, row)]
            db.exec_driver_sql("delete from feedback")
            return taken

        yield Finding(
            "of the ratings 0 to 6, those from 1 to 5 are accepted",
            expected=list("12345"),
            happened=accepted(*"0123456"),
            hint="a rating has a lower bound and an upper one, and both belong to it: `between` includes its ends",
        )
        yield Finding(
            "a missing rating is refused",
            expected=[],
            happened=accepted("null"),
            hint="a check refuses only what is false, and null is not: `alter table ... alter rating set not null`",
        )
        db.exec_driver_sql("insert into feedback values (1, 5)")
        yield Finding(
            "a second row for one booking is refused",
            expected=False,
            happened=accepts(db, "insert into feedback values (1, 4)"),
            hint="booking_id has to be unique, by itself: it doesn't matter what the second rating is",
        )
        yield Finding(
            "another booking may get the same rating",
            expected=True,
            happened=accepts(db, "insert into feedback values (2, 5)"),
            hint="only the booking is unique: many may be rated 5",
        )


BOUNDS = "alter table feedback add check (rating between 1 and 5)"
PRESENT = "alter table feedback alter rating set not null"
ONE_EACH = "alter table feedback add unique (booking_id)"

honest_ratings.right(
    ["alter table feedback add primary key (booking_id), add check (rating > 0 and rating < 6 and rating is not null)"]
)
honest_ratings.wrong("upper one")(["alter table feedback add check (rating > 0)", PRESENT, ONE_EACH])
honest_ratings.wrong("both belong")(["alter table feedback add check (rating > 1 and rating < 5)", PRESENT, ONE_EACH])
honest_ratings.wrong("set not null")([BOUNDS, ONE_EACH])
honest_ratings.wrong("by itself")([BOUNDS, PRESENT, "alter table feedback add unique (booking_id, rating)"])
honest_ratings.wrong("only the booking")([BOUNDS, PRESENT, ONE_EACH, "alter table feedback add unique (rating)"])
honest_ratings.wrong("unique")([BOUNDS, PRESENT])


# --- goes-along

LINKS = ("wishes.guest_id", "wishes.listing_id", "bookings.guest_id", "bookings.listing_id")


@chapter.exercise("goes-along")
def goes_along(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch(lab) as db:
        db.exec_driver_sql("create table users (id int primary key)")
        db.exec_driver_sql("create table listings (id int primary key)")
        for table in ("wishes", "bookings"):
            guest, listing = answer[f"{table}.guest_id"], answer[f"{table}.listing_id"]
            db.exec_driver_sql(
                f"create table {table} (guest_id int references users on delete {guest},"
                f" listing_id int references listings on delete {listing})"
            )
        db.exec_driver_sql("insert into users values (1)")
        db.exec_driver_sql("insert into listings values (1), (2)")
        db.exec_driver_sql("insert into bookings values (1, 1)")
        db.exec_driver_sql("insert into wishes values (1, 2)")

        yield Finding(
            "a listing that was booked can't be deleted",
            expected="refused by bookings",
            happened=tried(db, "listings", 1)[0],
            hint="others rely on the listing: its bookings must refuse",
        )
        yield Finding(
            "a listing that is only wished for can be deleted, and the wish with it",
            expected=("deleted", []),
            happened=tried(db, "listings", 2)[:2],
            hint="a wish for a listing that is gone means nothing: it goes along",
        )
        outcome, wishes, bookings = tried(db, "users", 1)
        yield Finding(
            "the guest can be deleted",
            expected="deleted",
            happened=outcome,
            hint="the table that refused still points at her: its rule for the guest must not stand in the way",
        )
        if outcome == "deleted":
            yield Finding(
                "her wishes are deleted with her",
                expected=[],
                happened=wishes,
                hint="a wish list belongs to its guest: nothing of it may stay",
            )
            yield Finding(
                "her booking stays, without her",
                expected=[(None, 1)],
                happened=bookings,
                hint="the booking outlives the guest: only the pointer at her is emptied",
            )


def tried(db: Connection, table: str, number: int) -> tuple[str, list[Any], list[Any]]:
    """What came of deleting a row, and the wishes and bookings after it. Then all is as before."""
    with db.begin_nested() as attempt:
        outcome = deleted(db, table, number)
        left = [[tuple(row) for row in db.exec_driver_sql(f"select * from {kind}")] for kind in ("wishes", "bookings")]
        attempt.rollback()
    return outcome, left[0], left[1]


def deleted(db: Connection, table: str, number: int) -> str:
    """What came of deleting a row: "deleted", or which table refused."""
    try:
        with db.begin_nested():
            db.exec_driver_sql(f"delete from {table} where id = {number}")
    except IntegrityError as error:
        return f"refused by {error.orig.diag.table_name if isinstance(error.orig, psycopg.Error) else error}"
    return "deleted"


def choice(*rules: str) -> dict[str, str]:
    return dict(zip(LINKS, rules, strict=True))


goes_along.right(choice("cascade", "cascade", "set null", "no action"))
goes_along.right(choice("cascade", "cascade", "set default", "restrict"))
goes_along.wrong("outlives the guest")(choice("cascade", "cascade", "cascade", "restrict"))
goes_along.wrong("the table that refused")(choice("cascade", "cascade", "restrict", "restrict"))
goes_along.wrong("the table that refused")(choice("no action", "cascade", "set null", "restrict"))
goes_along.wrong("nothing of it may stay")(choice("set null", "cascade", "set null", "restrict"))
goes_along.wrong("it goes along")(choice("cascade", "no action", "set null", "restrict"))
goes_along.wrong("its bookings must refuse")(choice("cascade", "cascade", "set null", "cascade"))


# --- cancelled-frees


@chapter.exercise("cancelled-frees")
def cancelled_frees(lab: Lab, answer: Any) -> Iterator[Finding]:
    lab.sql("create extension if not exists btree_gist")
    with scratch(lab) as db:
        db.exec_driver_sql(
            "create table stays (listing_id int not null, stay daterange not null, status text not null)"
        )
        run(db, f"alter table stays add {answer}")

        def second(first_status: str, status: str, listing: int = 1, nights: str = "[2030-01-02,2030-01-04)") -> bool:
            """Whether a stay is accepted beside one of listing 1 for the nights of the 1st and the 2nd."""
            db.exec_driver_sql("delete from stays")
            db.exec_driver_sql(f"insert into stays values (1, '[2030-01-01,2030-01-03)', '{first_status}')")
            return accepts(db, f"insert into stays values ({listing}, '{nights}', '{status}')")

        kept = {f"{a}, then {b}": second(a, b) for a in ("pending", "confirmed") for b in ("pending", "confirmed")}
        yield Finding(
            "pending and confirmed stays are in each other's way",
            expected=[],
            happened=[pair for pair, accepted in kept.items() if accepted],
            hint="any two that share a night of one listing clash: with no third comparison, no `where` for one",
        )
        freed = [
            ("cancelled", "pending"),
            ("cancelled", "confirmed"),
            ("cancelled", "cancelled"),
            ("confirmed", "cancelled"),
        ]
        yield Finding(
            "a cancelled stay is in nobody's way",
            expected=[],
            happened=[f"{a}, then {b}" for a, b in freed if not second(a, b)],
            hint="let the constraint compare only stays that are not cancelled: it can end in `where (...)`",
        )
        yield Finding(
            "another listing, or the day the first guest leaves, is free",
            expected=(True, True),
            happened=(second("pending", "pending", 2), second("pending", "pending", nights="[2030-01-03,2030-01-05)")),
            hint="keep both comparisons: the same listing with =, overlapping stays with &&",
        )


cancelled_frees.right("exclude using gist (listing_id with =, stay with &&) where (status in ('pending', 'confirmed'))")
cancelled_frees.wrong("where (...)")("exclude using gist (listing_id with =, stay with &&)")
cancelled_frees.wrong("any two that share")(
    "exclude using gist (listing_id with =, stay with &&) where (status = 'confirmed')"
)
cancelled_frees.wrong("any two that share")("exclude using gist (listing_id with =, stay with &&, status with =)")
cancelled_frees.right("exclude using gist (listing_id with =, stay with &&) where (status not like 'canc%')")
cancelled_frees.wrong("any two that share")("unique (listing_id, stay)")
cancelled_frees.wrong("keep both")("exclude using gist (stay with &&) where (status <> 'cancelled')")
