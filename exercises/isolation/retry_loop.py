"""retry-loop: run a transaction again after a refusal, within bounds."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from exercises.isolation.queries import one
from nexus import Lab
from nexus.exercises import Finding, attempt, exercise, scratch_tables
from nexus.exercises.racing import Connection, guest

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
                self.outcome = str(attempt(answer, db, self.work, self.pauses.append)).partition(":")[0]
            except EnoughError:
                self.outcome = f"still trying after {GIVE_UP} tries"
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
        return f"{self.outcome}, {self.tries} tries, {self.rows} rows"


Try = Callable[..., Run]  # takes what the server refuses


@exercise("retry-loop")
def retry_loop(lab: Lab, answer: Any) -> Iterator[Finding]:
    run = partial(Run, lab, answer)
    yield from is_tried_again(run)
    yield from goes_to_the_caller(run)
    endless = run(*[SERIALIZATION] * 2 * GIVE_UP)
    bounded = LEAST_TRIES <= endless.tries <= MOST_TRIES
    yield Finding(
        "what is always refused is tried three to ten times, and the error goes to the caller",
        expected="SerializationFailure, 3 to 10 tries",
        happened=f"{endless.outcome}, {'3 to 10' if bounded else endless.tries} tries",
        hint="count the tries, and after the last one let the error go: `raise`",
    )
    pauses = [run(SERIALIZATION, SERIALIZATION).pauses for _ in range(12)]
    yield from pauses_between(pauses, endless)
    yield from draws_its_pauses(pauses)


def is_tried_again(run: Try) -> Iterator[Finding]:
    yield Finding(
        "what works at once is done once, and its result comes back",
        expected="done, 1 tries, 1 rows",
        happened=repr(run()),
        hint="return what `work(db)` returns, from inside the transaction",
    )
    yield Finding(
        "what is refused twice is done at the third try, and once",
        expected="done, 3 tries, 1 rows",
        happened=repr(run(SERIALIZATION, SERIALIZATION)),
        hint="a transaction that was refused is over: the loop goes around `with db.transaction():`",
    )
    yield Finding(
        "so is what ends in a deadlock",
        expected="done, 2 tries, 1 rows",
        happened=repr(run(DEADLOCK)),
        hint="a deadlock's victim may try again, too: DeadlockDetected",
    )
    yield Finding(
        "so is what is refused at its commit",
        expected="done, 2 tries, 1 rows",
        happened=repr(run(AT_COMMIT)),
        hint="the commit is at the end of the `with`: the `try` has to be around it",
    )


def goes_to_the_caller(run: Try) -> Iterator[Finding]:
    yield Finding(
        "a unique violation goes to the caller at once",
        expected="UniqueViolation, 1 tries, 0 rows",
        happened=repr(run(UNIQUE)),
        hint="only the caller knows if a fresh read would change the key: catch the two errors by name",
    )
    yield Finding(
        "so does a statement that was cancelled",
        expected="QueryCanceled, 1 tries, 0 rows",
        happened=repr(run(CANCELED)),
        hint="OperationalError is a family, and most of it is no refusal: catch the two errors by name",
    )


def pauses_between(pauses: list[list[float]], endless: Run) -> Iterator[Finding]:
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


def draws_its_pauses(pauses: list[list[float]]) -> Iterator[Finding]:
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
