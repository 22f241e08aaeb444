"""The exercises of 22b-isolation: the lowest level that will do, two transfers, and a retry loop."""

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from psycopg import IsolationLevel
from psycopg.errors import DeadlockDetected, SerializationFailure

from exercises.bookings_without_conflict import Connection, guest, raced, waiting
from nexus import Lab
from nexus.exercises import Chapter, Finding, attempt, scratch_tables

chapter = Chapter("22b-isolation")
check = chapter.check


# --- lowest-level

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


def one(db: Connection, query: str) -> Any:
    return (db.execute(query.encode()).fetchone() or [None])[0]


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


def lowest_level(lab: Lab, program: Program) -> str:
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


@chapter.exercise("lowest-level")
def lowest(lab: Lab, answer: Any) -> Iterator[Finding]:
    for said, (program, hint) in PROGRAMS.items():
        level = str(answer.get(said, "no word of it")).lower().replace("_", " ")
        yield Finding(said, lowest_level(lab, program), level, hint)


def saying(*levels: str) -> dict[str, str]:
    return dict(zip(PROGRAMS, levels, strict=True))


LOW, MIDDLE, HIGH = LEVELS
lowest.wrong("one statement reads and writes")(saying(MIDDLE, MIDDLE, MIDDLE, HIGH, HIGH))
lowest.wrong("it is a lost update")(saying(LOW, HIGH, MIDDLE, HIGH, HIGH))
lowest.wrong("one picture")(saying(LOW, MIDDLE, LOW, HIGH, HIGH))
lowest.wrong("they write different rows")(saying(LOW, MIDDLE, MIDDLE, MIDDLE, HIGH))
lowest.wrong("the rule is about two rows")(saying(LOW, MIDDLE, MIDDLE, HIGH, MIDDLE))
lowest.right(saying("READ_COMMITTED", "Repeatable Read", MIDDLE, HIGH, "SERIALIZABLE"))


# --- two-transfers

PURSES = "create table purses (id int primary key, credit int); insert into purses values (1, 100), (2, 100), (3, 0)"


def second_of_the_purses(statements: Sequence[str]) -> bool:
    return "purses" in statements[-1] and sum("purses" in statement for statement in statements) == 2


@chapter.exercise("two-transfers")
def two_transfers(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, PURSES) as db:

        def purses() -> list[int]:
            return credits_in(db)

        def after(*transfers: tuple[int, int, int]) -> tuple[list[Any], list[int]]:
            """What one after the other is told, and what is in the purses then."""
            with guest(lab) as ada:
                return [attempt(answer, ada, *transfer) for transfer in transfers], purses()

        def at_once(*transfers: tuple[int, int, int]) -> tuple[list[str], list[int]]:
            refill(db)
            calls = [lambda db, transfer=transfer: answer(db, *transfer) for transfer in transfers]
            return raced(lab, db, *calls, when=second_of_the_purses), purses()

        yield Finding(
            "of 100, 30 are given",
            expected=(["done"], [70, 130, 0]),
            happened=after((1, 2, 30)),
            hint="what the giver loses is what the taker gets: two updates, one transaction",
        )
        yield Finding(
            "of 70, 71 can't be given, and nothing changes",
            expected=(["too little"], [70, 130, 0]),
            happened=after((1, 2, 71)),
            hint="compare before you take, or roll back: whoever is told `too little` has lost nothing",
        )
        yield Finding(
            "of 70, all 70 can be given",
            expected=(["done"], [0, 200, 0]),
            happened=after((1, 2, 70)),
            hint="exactly as much as there is may still be given",
        )
        seen, told = half_way(lab, db, answer)
        yield Finding(
            "nobody sees half of a transfer",
            expected=([100, 100, 0], "done"),
            happened=(seen, told),
            hint="both updates in one `with db.transaction():`, or a crash in between takes from one and gives to none",
        )
        yield Finding(
            "two who give 80 of the same 100 at once: one can",
            expected=(["done", "too little"], [20, 100, 80]),
            happened=at_once((1, 3, 80), (1, 3, 80)),
            hint="between the look and the update others take, too: look under a lock, or look and take in one",
        )
        yield Finding(
            "two who give to each other at once: both can",
            expected=["done", "done"],  # and no word of the purses: whose transfer a deadlock ends is chance
            happened=at_once((1, 2, 10), (2, 1, 20))[0],
            hint="each locks its giver, and then waits for the other: lock both purses in one order, such as by id",
        )


def credits_in(db: Connection) -> list[int]:
    return [row[0] for row in db.execute("select credit from purses order by id")]


def refill(db: Connection) -> None:
    db.execute("update purses set credit = case id when 3 then 0 else 100 end")


def half_way(lab: Lab, db: Connection, transfer: Callable[..., Any]) -> tuple[list[int], Any]:
    """What is in the purses while a transfer waits for its taker's, which is locked; and what it says in the end."""
    refill(db)
    with guest(lab) as ada, guest(lab) as bo, ThreadPoolExecutor(1) as pool:
        with ada.transaction():
            ada.execute("select from purses where id = 2 for update")
            told = pool.submit(attempt, transfer, bo, 1, 2, 10)
            while not (told.done() or waiting(db, [bo.info.backend_pid])):
                pass
            seen = credits_in(db)
        return seen, told.result()


LOCK = "select credit from purses where id = %s for no key update"
LOCK_BOTH = "select id, credit from purses where id in (%s, %s) order by id for no key update"
ADD = "update purses set credit = credit + %s where id = %s"
TAKE = "update purses set credit = credit - %(amount)s where id = %(giver)s and credit >= %(amount)s"


@two_transfers.right
def locks_both_in_one_statement(db: Any, giver: int, taker: int, amount: int) -> str:
    with db.transaction():
        credit = dict(db.execute(LOCK_BOTH, [giver, taker]).fetchall())
        if credit[giver] < amount:
            return "too little"
        db.execute(ADD, [-amount, giver])
        db.execute(ADD, [amount, taker])
    return "done"


@two_transfers.right
def updates_in_order(db: Any, giver: int, taker: int, amount: int) -> str:
    done = False
    with db.transaction() as transfer:
        for purse in sorted((giver, taker)):
            if purse == taker:
                db.execute(ADD, [amount, taker])
            else:
                done = db.execute(TAKE, {"amount": amount, "giver": giver}).rowcount == 1
        if not done:
            raise psycopg.Rollback(transfer)
    return "done" if done else "too little"


@two_transfers.right
def tries_again_after_a_deadlock(db: Any, giver: int, taker: int, amount: int) -> str:
    while True:
        try:
            with db.transaction():
                if db.execute(TAKE, {"amount": amount, "giver": giver}).rowcount == 0:
                    return "too little"
                db.execute(ADD, [amount, taker])
            return "done"
        except DeadlockDetected:
            continue


@two_transfers.wrong("both updates in one")
def takes_and_gives_apart(db: Any, giver: int, taker: int, amount: int) -> str:
    if db.execute(TAKE, {"amount": amount, "giver": giver}).rowcount == 0:
        return "too little"
    db.execute(ADD, [amount, taker])
    return "done"


@two_transfers.wrong("look under a lock")
def looks_before_it_locks(db: Any, giver: int, taker: int, amount: int) -> str:
    with db.transaction():
        if db.execute("select credit from purses where id = %s", [giver]).fetchone()[0] < amount:
            return "too little"
        db.execute(LOCK_BOTH, [giver, taker])
        db.execute(ADD, [-amount, giver])
        db.execute(ADD, [amount, taker])
    return "done"


def locking(
    lock: str, order: Callable[..., Any], enough: Callable[[int, int], bool] = int.__ge__
) -> Callable[..., str]:
    def transfer(db: Any, giver: int, taker: int, amount: int) -> str:
        with db.transaction():
            credit = {purse: db.execute(lock, [purse]).fetchone()[0] for purse in order((giver, taker))}
            if not enough(credit[giver], amount):
                return "too little"
            db.execute(ADD, [-amount, giver])
            db.execute(ADD, [amount, taker])
        return "done"

    return transfer


two_transfers.wrong("lock both purses in one order")(locking(LOCK, tuple))
two_transfers.wrong("look under a lock")(locking(LOCK.partition(" for")[0], sorted))
two_transfers.wrong("exactly as much")(locking(LOCK, sorted, enough=int.__gt__))


@two_transfers.wrong("has lost nothing")
def takes_and_then_looks(db: Any, giver: int, taker: int, amount: int) -> str:
    with db.transaction():
        db.execute(ADD, [-amount, giver])
        if db.execute("select credit from purses where id = %s", [giver]).fetchone()[0] < 0:
            return "too little"
        db.execute(ADD, [amount, taker])
    return "done"


@two_transfers.wrong("lock both purses in one order")
def takes_in_one_statement(db: Any, giver: int, taker: int, amount: int) -> str:
    with db.transaction():
        if db.execute(TAKE, {"amount": amount, "giver": giver}).rowcount == 0:
            return "too little"
        db.execute(ADD, [amount, taker])
    return "done"


# --- retry-loop

NOTES = """
    create table notes (refuse_at_commit bool);
    create function refuse() returns trigger language plpgsql as
        $$ begin raise exception using errcode = '40001', message = 'refused at the commit'; end $$;
    create constraint trigger late after insert on notes deferrable initially deferred
        for each row when (new.refuse_at_commit) execute function refuse()
"""
SERIALIZATION, DEADLOCK, UNIQUE, CANCELED, AT_COMMIT = "40001", "40P01", "23505", "57014", "at the commit"
LEAST_TRIES, MOST_TRIES, GIVE_UP = 3, 10, 25


class EnoughError(BaseException):
    """No answer catches this by accident: it ends a loop that has no end of its own."""


class Run:
    """An answer's run on work that the server refuses in these ways, one after the other, and then lets pass."""

    def __init__(self, lab: Lab, answer: Any, *refusals: str) -> None:
        self.refusals, self.tries, self.pauses = refusals, 0, list[float]()
        with scratch_tables(lab, NOTES) as monitor, guest(lab) as db:
            try:
                self.told = str(attempt(answer, db, self.work, self.pauses.append)).partition(":")[0]
            except EnoughError:
                self.told = f"still trying after {GIVE_UP} tries"
            db.rollback()
            self.rows = one(monitor, "select count(*) from notes")

    def work(self, db: Connection) -> str:
        self.tries += 1
        if self.tries > GIVE_UP:
            raise EnoughError
        refusal = self.refusals[self.tries - 1] if self.tries <= len(self.refusals) else None
        db.execute("insert into notes values (%s)", [refusal == AT_COMMIT])
        if refusal and refusal != AT_COMMIT:
            db.execute(f"do $$ begin raise exception using errcode = '{refusal}'; end $$".encode())
        return "done"

    def __repr__(self) -> str:
        return f"{self.told}, {self.tries} tries, {self.rows} rows"


@chapter.exercise("retry-loop")
def retry_loop(lab: Lab, answer: Any) -> Iterator[Finding]:
    def run(*refusals: str) -> str:
        return repr(Run(lab, answer, *refusals))

    yield Finding(
        "what works at once is done once, and its result comes back",
        expected="done, 1 tries, 1 rows",
        happened=run(),
        hint="return what `work(db)` returns, from inside the transaction",
    )
    yield Finding(
        "what is refused twice is done at the third try, and once",
        expected="done, 3 tries, 1 rows",
        happened=run(SERIALIZATION, SERIALIZATION),
        hint="a transaction that was refused is over: the loop goes around `with db.transaction():`",
    )
    yield Finding(
        "so is what ends in a deadlock",
        expected="done, 2 tries, 1 rows",
        happened=run(DEADLOCK),
        hint="a deadlock's victim may try again, too: DeadlockDetected",
    )
    yield Finding(
        "so is what is refused at its commit",
        expected="done, 2 tries, 1 rows",
        happened=run(AT_COMMIT),
        hint="the commit is at the end of the `with`: the `try` has to be around it",
    )
    yield Finding(
        "a unique violation goes to the caller at once",
        expected="UniqueViolation, 1 tries, 0 rows",
        happened=run(UNIQUE),
        hint="only the caller knows if a fresh read would change the key: catch the two errors by name",
    )
    yield Finding(
        "so does a statement that was cancelled",
        expected="QueryCanceled, 1 tries, 0 rows",
        happened=run(CANCELED),
        hint="OperationalError is a family, and most of it is no refusal: catch the two errors by name",
    )
    endless = Run(lab, answer, *[SERIALIZATION] * 2 * GIVE_UP)
    bounded = LEAST_TRIES <= endless.tries <= MOST_TRIES
    yield Finding(
        "what is always refused is tried three to ten times, and the error goes to the caller",
        expected="SerializationFailure, 3 to 10 tries",
        happened=f"{endless.told}, {'3 to 10' if bounded else endless.tries} tries",
        hint="count the tries, and after the last one let the error go: `raise`",
    )
    pauses = [Run(lab, answer, SERIALIZATION, SERIALIZATION).pauses for _ in range(12)]
    yield Finding(
        "between two tries there is a pause",
        expected=[2] * len(pauses),
        happened=list(map(len, pauses)),
        hint="call `pause(seconds)` after each try that was refused, if another one follows",
    )
    yield Finding(
        "and none after the last",
        expected="one pause less than tries",
        happened="one pause less than tries"
        if len(endless.pauses) == endless.tries - 1
        else f"{len(endless.pauses)} pauses, {endless.tries} tries",
        hint="after the last try nothing is left to wait for: let the error go first",
    )
    first, second = ([pause[number] for pause in pauses if len(pause) > number] for number in (0, 1))
    yield Finding(
        "each draws its pauses by lot",
        expected="many different ones",
        happened="many different ones" if len(set(first)) > 4 else f"always {first[0]:g}" if first else "no pause",
        hint="those who collided must not come back together: `random.uniform(0, ...)`",
    )
    yield Finding(
        "and the second may be longer than the first",
        expected="longer",
        happened="longer" if second and max(second) > 1.2 * max(first) else "not longer",
        hint="double the bound of the pause with each try, `2**attempt`",
    )


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
                pause(wait(number) if wait else random.uniform(0, 2.0**number))  # noqa: S311 - no secret
        return None

    return transact


@retry_loop.right
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
        pause(0.01 * 3**tries * (1 + random.random()))  # noqa: S311


retry_loop.wrong("by name")(retries(caught=psycopg.Error))
retry_loop.wrong("OperationalError is a family")(retries(caught=psycopg.OperationalError))
retry_loop.wrong("DeadlockDetected")(retries(caught=SerializationFailure))
retry_loop.wrong("must not come back together")(retries(wait=lambda number: 0.1 * 2**number))
retry_loop.wrong("let the error go")(retries(most=1000))


@retry_loop.wrong("double the bound")
def never_slows_down(db: Any, work: Any, pause: Any) -> Any:
    return retries(wait=lambda number: random.uniform(0.9, 1))(db, work, pause)  # noqa: S311


@retry_loop.wrong("the loop goes around")
def loops_inside(db: Any, work: Any, pause: Any) -> Any:
    with db.transaction():
        return by_trying(lambda: work(db), pause)


@retry_loop.wrong("the loop goes around")
def forgets_the_transaction(db: Any, work: Any, pause: Any) -> Any:
    return by_trying(lambda: work(db), pause)


def by_trying(act: Callable[[], Any], pause: Any) -> Any:
    for _ in range(5):
        try:
            return act()
        except REFUSALS:
            pause(1)
    return None


@retry_loop.wrong("at the end of the `with`")
def does_not_see_the_commit(db: Any, work: Any, pause: Any) -> Any:
    for number in range(5):
        with db.transaction() as transaction:
            try:
                return work(db)
            except REFUSALS:
                pause(number)
                raise psycopg.Rollback(transaction) from None
    return None


@retry_loop.wrong("`raise`")
def gives_up_in_silence(db: Any, work: Any, pause: Any) -> Any:
    try:
        return retries()(db, work, pause)
    except REFUSALS:
        return "gave up"


@retry_loop.wrong("let the error go first")
def pauses_before_it_gives_up(db: Any, work: Any, pause: Any) -> Any:
    for number in range(5):
        try:
            with db.transaction():
                return work(db)
        except REFUSALS as error:
            last = error
            pause(random.uniform(0, 2.0**number))  # noqa: S311
    raise last


@retry_loop.wrong("`raise`")
def returns_nothing_in_the_end(db: Any, work: Any, pause: Any) -> Any:
    try:
        return retries()(db, work, pause)
    except REFUSALS:
        return None


@retry_loop.right
def by_calling_itself(db: Any, work: Any, pause: Any, left: int = 4) -> Any:
    try:
        with db.transaction():
            return work(db)
    except REFUSALS:
        if not left:
            raise
    pause(random.uniform(0, 2.0**-left))  # noqa: S311
    return by_calling_itself(db, work, pause, left - 1)


@retry_loop.right
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
        pause(random.uniform(0, number))  # noqa: S311
    return None


@retry_loop.wrong("call `pause(seconds)`")
def does_not_pause(db: Any, work: Any, pause: Any) -> Any:
    return retries()(db, work, lambda seconds: None)
