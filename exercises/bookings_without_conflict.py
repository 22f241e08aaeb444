"""The exercises of 22-bookings-without-conflict: who waits, the least lock, and requests that lapse."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import psycopg
from psycopg import IsolationLevel
from psycopg.types.range import Range

from nexus import Lab
from nexus.exercises import Chapter, Finding, attempt, in_threads, scratch_tables

chapter = Chapter("22-bookings-without-conflict")
check = chapter.check

Connection = psycopg.Connection[Any]
RULE = """
    constraint one_guest_a_night exclude using gist (listing_id with =, stay with &&) where (status <> 'cancelled')
"""
SECONDS = 10  # how long an answer may take


def nights(first: int, last: int) -> Range[date]:
    """From the first to the last day of June, as the chapter's stays: the last is the day of the departure."""
    return Range(date(2030, 6, first), date(2030, 6, last))


@contextmanager
def tables(lab: Lab, script: str) -> Iterator[Connection]:
    """A connection to what the SQL makes. The constraints of it may need an extension."""
    lab.sql("create extension if not exists btree_gist")
    with scratch_tables(lab, "set search_path to scratch, public;" + script) as db:
        yield db


def guest(lab: Lab, before: Callable[[str], None] = lambda statement: None, patience: str = "10s") -> Connection:
    """A connection to the exercise's tables, on which no statement waits for long. before: called with each."""

    class Watched(psycopg.Cursor[Any]):
        def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
            before(words(query if isinstance(query, str | bytes) else query.as_string(self)))
            return super().execute(query, *arguments, **options)

    db = lab.connect(autocommit=True)
    db.execute("set search_path to scratch, public")
    db.execute("select set_config('lock_timeout', %s, false)", [patience])
    db.cursor_factory = Watched
    return db


def words(statement: str | bytes) -> str:
    return " ".join((statement.decode() if isinstance(statement, bytes) else statement).lower().split())


def together(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What the calls return or, in words, what they raised, each in a thread of its own and within a bounded time."""
    return in_threads([partial(attempt, call) for call in calls], SECONDS, f"still running after {SECONDS} seconds")


def inserts(statements: Sequence[str]) -> bool:
    return statements[-1].startswith(("insert", "with"))


class Meeting:
    """Holds each guest at a certain statement until the others are there too, wait for a lock, or have ended.

    Raises TimeoutError, into the answer, where another guest does none of these: a lock of Python's holds in one
    process only, and an API has several.
    """

    def __init__(self, lab: Lab, monitor: Connection, when: Callable[[Sequence[str]], bool]) -> None:
        self.lab, self.monitor, self.when = lab, monitor, when
        self.pids, self.there, self.ended = set[int](), set[int](), set[int]()

    def guest(self) -> Connection:
        said: list[str] = []

        def before(statement: str) -> None:
            said.append(statement)
            if self.when(said):
                self.come(db.info.backend_pid)

        db = guest(self.lab, before)
        self.pids.add(db.info.backend_pid)
        return db

    def come(self, pid: int) -> None:
        self.there.add(pid)
        deadline = time.monotonic() + SECONDS / 2
        while time.monotonic() < deadline:
            missing = list(self.pids - self.there - self.ended)
            if not missing or waiting(self.monitor, missing) == len(missing):
                return
        raise TimeoutError("another guest waits, and not in the database")


def waiting(monitor: Connection, pids: list[int]) -> int:
    """How many of these connections wait for a lock."""
    query = "select count(*) from pg_stat_activity where pid = any(%s) and wait_event_type = 'Lock'"
    row = monitor.execute(query, [pids]).fetchone()
    return int(row[0]) if row else 0


def raced(
    lab: Lab,
    monitor: Connection,
    *calls: Callable[[Connection], Any],
    when: Callable[[Sequence[str]], bool] = inserts,
) -> list[str]:
    """What the guests are told, in order, where none goes on with `when`'s statement before all have come that far."""
    meeting = Meeting(lab, monitor, when)
    with ExitStack() as stack:
        connections = [stack.enter_context(meeting.guest()) for _ in calls]

        def visit(number: int) -> Any:
            try:
                return calls[number](connections[number])
            finally:
                meeting.ended.add(connections[number].info.backend_pid)

        return sorted(map(str, together([partial(visit, number) for number in range(len(calls))])))


# --- who-waits

FREE = "'[2030-06-01,2030-06-03)'"
STATEMENTS = {
    "select from bookings where stay && (the free night) for update": (
        f"select from bookings where stay && {FREE} for update",
        "how many rows does the query find? `for update` locks those, and no other",
    ),
    "select from listings where id = 1 for no key update": (
        "select from listings where id = 1 for no key update",
        "this is what an update takes, and two updates of one row never go together",
    ),
    "select from listings where id = 1 for key share": (
        "select from listings where id = 1 for key share",
        "shared means that many may hold it: it only stops those who would delete the listing, or change its key",
    ),
    "select pg_advisory_xact_lock(22, 1)": (
        "select pg_advisory_xact_lock(22, 1)",
        "both ask for the same number, and one transaction at a time has it",
    ),
    "insert into bookings values (1, (the free night))": (
        f"insert into bookings values (1, {FREE})",
        "Ada's stay may yet be committed or rolled back, and Bo's depends on it",
    ),
    "insert into reviews values (1, 5)": (
        "insert into reviews values (1, 5)",
        "the two rows have nothing to do with each other, and a foreign key takes `for key share` on the listing",
    ),
}
BOOKINGS = f"""
    create table listings (id int primary key);
    insert into listings values (1), (2);
    create table bookings (listing_id int references listings, stay daterange, status text default 'pending', {RULE});
    create table reviews (listing_id int references listings, rating int);
"""


@chapter.exercise("who-waits")
def who_waits(lab: Lab, answer: Any) -> Iterator[Finding]:
    with tables(lab, BOOKINGS), guest(lab) as ada, guest(lab, patience="200ms") as bo:
        for said, (statement, hint) in STATEMENTS.items():
            yield Finding(said, waits(ada, bo, statement), answer.get(said, "no word of it"), hint)


def waits(ada: Connection, bo: Connection, statement: str) -> bool:
    """Whether the statement has to wait while another transaction that ran it is open. Both are rolled back."""
    with ada.transaction(force_rollback=True):
        ada.execute(statement.encode())
        try:
            with bo.transaction(force_rollback=True):
                bo.execute(statement.encode())
        except psycopg.errors.LockNotAvailable:
            return True
    return False


def saying(*words: bool) -> dict[str, bool]:
    return dict(zip(STATEMENTS, words, strict=True))


who_waits.wrong("how many rows")(saying(True, True, False, True, True, False))
who_waits.wrong("shared means")(saying(False, True, True, True, True, True))
who_waits.wrong("may yet be committed")(saying(False, True, False, True, False, False))
who_waits.wrong("nothing to do with each other")(saying(False, True, False, True, True, True))


# --- least-lock

PLACES = """
    create table listings (id int primary key);
    insert into listings values (1), (2);
    create table bookings (listing_id int references listings, guest int, stay daterange);
    create table reviews (listing_id int references listings, rating int);
"""


@chapter.exercise("least-lock")
def least_lock(lab: Lab, answer: Any) -> Iterator[Finding]:
    with tables(lab, PLACES) as db:
        wishes = [(1, nights(1, 4)), (1, nights(3, 6)), (1, nights(4, 5)), (2, nights(1, 4))]
        with guest(lab) as ada:
            told = [attempt(answer, ada, listing, 7, stay) for listing, stay in wishes]
        yield Finding(
            "one after the other, who overlaps is refused and nobody else",
            expected=["booked", "taken", "booked", "booked"],
            happened=told,
            hint="a stay is in the way if it is of the same listing and overlaps, `stay && %s`; else insert it",
        )
        db.execute("truncate bookings")
        yield Finding(
            "of two at once, one is booked and one is told",
            expected=["booked", "taken"],
            happened=raced(lab, db, *(lambda db, n=n: answer(db, 1, n, nights(1, 3 + n)) for n in (1, 2))),
            hint="lock first, and look then: whoever waited must look at what the one before has written",
        )
        db.execute("truncate bookings")
        yield Finding(
            "of two at once who want different nights, both are booked",
            expected=["booked", "booked"],
            happened=raced(lab, db, *(lambda db, n=n: answer(db, 1, n, nights(n, n + 1)) for n in (1, 2))),
            hint="that the lock is taken says nothing of the nights: wait for it, and look then",
        )
        db.execute("truncate bookings")
        with under_way(lab, answer) as (arrived, bo):
            other = attempt(answer, bo, 2, 8, nights(1, 4)) if arrived else "the insert was never sent"
            review = attempt(bo.execute, "insert into reviews values (1, 5)") if arrived else None
    yield Finding(
        "while one books, another listing can be booked",
        expected="booked",
        happened=other,
        hint="lock the one listing, by its id: guests of others have no quarrel with this one",
    )
    yield Finding(
        "while one books, somebody can review the same listing",
        expected="accepted",
        happened="accepted" if isinstance(review, psycopg.Cursor) else review,
        hint="`for update` also stops rows that only point at the listing: there is a weaker lock, `no key`",
    )


@contextmanager
def under_way(lab: Lab, book: Callable[..., Any]) -> Iterator[tuple[bool, Connection]]:
    """Whether a guest of listing 1 has come as far as the insert, where she is held; and a connection beside hers."""
    arrived, go_on = threading.Event(), threading.Event()

    def hold(statement: str) -> None:
        if statement.startswith(("insert", "with")):
            arrived.set()
            go_on.wait(SECONDS)

    with guest(lab, hold) as ada, guest(lab, patience="300ms") as bo:
        booking = threading.Thread(target=attempt, args=[book, ada, 1, 7, nights(1, 4)], daemon=True)
        booking.start()
        try:
            yield arrived.wait(SECONDS / 2), bo
        finally:
            go_on.set()
            booking.join(SECONDS)


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


least_lock.right(books("select pg_advisory_xact_lock(22, %s)"))
least_lock.right(books("update listings set id = id where id = %s"))
least_lock.wrong("lock first")(books("select 1", by_listing=False))
least_lock.wrong("lock first")(books("select 1", by_listing=False, look=OVERLAP + " for update"))
least_lock.wrong("lock first")(books("select from listings where id = %s for key share"))
least_lock.wrong("by its id")(books("lock table bookings in exclusive mode", by_listing=False))
least_lock.wrong("by its id")(books("select pg_advisory_xact_lock(22)", by_listing=False))
least_lock.wrong("there is a weaker lock")(books("select from listings where id = %s for update"))


@least_lock.right
def serializable_and_tried_again(db: Any, listing: int, guest: int, stay: Any) -> str:
    db.isolation_level = IsolationLevel.SERIALIZABLE
    while True:
        try:
            return books("select 1", by_listing=False)(db, listing, guest, stay)
        except psycopg.errors.SerializationFailure:
            continue


@least_lock.right
def inserts_what_is_free_in_one_statement(db: Any, listing: int, guest: int, stay: Any) -> str:
    values = {"listing": listing, "guest": guest, "stay": stay}
    free = "not exists (select from bookings where listing_id = %(listing)s and stay && %(stay)s)"
    with db.transaction():
        db.execute(NO_KEY, [listing])
        inserted = db.execute(
            f"insert into bookings select %(listing)s, %(guest)s, %(stay)s::daterange where {free}", values
        )
    return "booked" if inserted.rowcount else "taken"


@least_lock.wrong("says nothing of the nights")
def takes_a_held_lock_for_a_taken_night(db: Any, listing: int, guest: int, stay: Any) -> str:
    try:
        return books(NO_KEY + " nowait")(db, listing, guest, stay)
    except psycopg.errors.LockNotAvailable:
        return "taken"


@least_lock.wrong("lock first")
def queues_in_python(db: Any, listing: int, guest: int, stay: Any) -> str:
    with OF_THIS_PROCESS[listing]:
        return books("select 1", by_listing=False)(db, listing, guest, stay)


@least_lock.wrong("lock first")
def looks_at_an_old_picture(db: Any, listing: int, guest: int, stay: Any) -> str:
    db.isolation_level = IsolationLevel.REPEATABLE_READ
    return books(NO_KEY)(db, listing, guest, stay)


@least_lock.wrong("lock first")
def locks_after_the_look(db: Any, listing: int, guest: int, stay: Any) -> str:
    with db.transaction():
        if db.execute(OVERLAP, [listing, stay]).fetchone():
            return "taken"
        db.execute(NO_KEY, [listing])
        db.execute(INSERT, [listing, guest, stay])
    return "booked"


@least_lock.wrong("lock first")
def each_statement_by_itself(db: Any, listing: int, guest: int, stay: Any) -> str:
    db.execute(NO_KEY, [listing])  # without a transaction around it, the lock ends with the statement
    if db.execute(OVERLAP, [listing, stay]).fetchone():
        return "taken"
    db.execute(INSERT, [listing, guest, stay])
    return "booked"


@least_lock.wrong("of the same listing")
def forgets_the_listing(db: Any, listing: int, guest: int, stay: Any) -> str:
    with db.transaction():
        db.execute(NO_KEY, [listing])
        if db.execute("select 1 from bookings where stay && %s", [stay]).fetchone():
            return "taken"
        db.execute(INSERT, [listing, guest, stay])
    return "booked"


# --- lapsed

STAYS = f"""
    create table stays (
        listing_id int, guest int, stay daterange, status text, asked_at timestamptz, {RULE}
    );
"""
NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


@chapter.exercise("lapsed")
def lapsed(lab: Lab, answer: Any) -> Iterator[Finding]:
    with tables(lab, STAYS) as db, guest(lab) as bo:

        def beside(status: str, hours: float) -> tuple[Any, str]:
            """What Bo is told beside a stay of Ada's, and the status of hers after that."""
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
            "a stay that was confirmed holds its nights for ever",
            expected=("taken", "confirmed"),
            happened=beside("confirmed", 72),
            hint="only what is still pending can lapse",
        )
        ask(db, (1, nights(10, 12), "pending", ago(48)), (2, nights(1, 4), "pending", ago(48)))
        yield Finding(
            "other nights, and other listings, are left alone",
            expected=("booked", ["pending", "pending"]),
            happened=(attempt(answer, bo, 8, nights(3, 6), NOW), statuses(db)),
            hint="cancel only what is in the way: stays of listing 1 that overlap the new one",
        )
        in_time, outcome = confirmed_meanwhile(lab, db, answer)
        yield Finding(
            "a host who confirms in the last moment is not overruled",
            expected=("taken", "confirmed") if in_time else ("booked", "cancelled"),
            happened=outcome,
            hint="between look and update, the host can confirm: let the update itself ask if it is still pending",
        )
        ask(db, (1, nights(1, 4), "pending", ago(48)))
        yield Finding(
            "of two who come after a lapsed request, one is booked",
            expected=["booked", "taken"],
            happened=raced(lab, db, *(lambda db, n=n: answer(db, n, nights(1, 3 + n), NOW) for n in (1, 2))),
            hint="let the constraint decide between the two, `on conflict ... do nothing returning guest`",
        )
        ask(db)
        yield Finding(
            "of two who come for free nights, one is booked and one is told",
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
        told = attempt(book, bo, 8, nights(3, 6), NOW)
    db.execute("reset lock_timeout")
    return in_time[0], (told, statuses(db)[0])


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
lapsed.wrong("only if `asked_at`")(lapses(f"{HERE} and status = 'pending'"))
lapsed.wrong("or earlier (`<=`)")(lapses(f"{HERE} and status = 'pending' and asked_at < %(then)s"))
lapsed.wrong("still pending can lapse")(lapses(f"{HERE} and asked_at <= %(then)s"))
lapsed.wrong("only what is in the way")(lapses("status = 'pending' and asked_at <= %(then)s"))
lapsed.wrong("only what is in the way")(lapses("stay && %(stay)s and status = 'pending' and asked_at <= %(then)s"))


@lapsed.wrong("the host can confirm")
def looks_and_then_updates(db: Any, guest: int, stay: Any, now: datetime) -> str:
    look = f"select guest from stays where {LAPSED}"
    with db.transaction():
        found = [row[0] for row in db.execute(look, {"stay": stay, "then": now - DAY})]
        db.execute("update stays set status = 'cancelled' where listing_id = 1 and guest = any(%s)", [found])
        claimed = db.execute(CLAIM, [guest, stay, now]).fetchone()
    return "booked" if claimed else "taken"


@lapsed.wrong("let the constraint decide")
def looks_instead_of_asking_the_constraint(db: Any, guest: int, stay: Any, now: datetime) -> str:
    lapse = f"update stays set status = 'cancelled' where {LAPSED}"
    look = f"select 1 from stays where {HERE} and status <> 'cancelled'"
    db.execute(lapse, {"stay": stay, "then": now - DAY})
    if db.execute(look, {"stay": stay}).fetchone():
        return "taken"
    db.execute("insert into stays values (1, %s, %s, 'pending', %s)", [guest, stay, now])
    return "booked"


@lapsed.wrong("a look before the claim")
def looks_before_it_inserts(db: Any, guest: int, stay: Any, now: datetime) -> str:
    with db.transaction():
        return str(looks_instead_of_asking_the_constraint(db, guest, stay, now))


lapsed.wrong("and overlapping")(lapses("listing_id = 1 and stay = %(stay)s and asked_at <= %(then)s"))


@lapsed.wrong("cancel those")
def deletes_what_has_lapsed(db: Any, guest: int, stay: Any, now: datetime) -> str:
    with db.transaction():
        db.execute(f"delete from stays where {LAPSED}", {"stay": stay, "then": now - DAY})
        claimed = db.execute(CLAIM, [guest, stay, now]).fetchone()
    return "booked" if claimed else "taken"


@lapsed.right
def locks_what_has_lapsed_and_then_cancels(db: Any, guest: int, stay: Any, now: datetime) -> str:
    look = f"select guest from stays where {LAPSED} for update"
    with db.transaction():
        found = [row[0] for row in db.execute(look, {"stay": stay, "then": now - DAY})]
        cancel = "update stays set status = 'cancelled' where listing_id = 1 and guest = any(%s) and stay && %s"
        db.execute(cancel, [found, stay])
        claimed = db.execute(CLAIM, [guest, stay, now]).fetchone()
    return "booked" if claimed else "taken"


@lapsed.right
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
