"""not-now: a refusal that is only for now is tried again, a few times, and then answered with 503."""

from collections.abc import Callable, Iterator
from typing import Any

from exercises.bookings_over_http.house import HOUSE, INSERT, NIGHT, kind
from nexus import Lab
from nexus.exercises import Finding, attempt, exercise
from nexus.exercises.racing import Connection, tables

OK, TAKEN, CLEANER = "ok", "taken", "cleaner"
DEADLOCK, SERIALIZATION, UNIQUE, CANCELED = "40P01", "40001", "23505", "57014"
BUSY = (503, {"Retry-After": "1"})
MOST = 8
Handled = Callable[..., tuple[Any, int]]  # takes how the calls end


class Server:
    """Calls that end in these ways, one after the other; the last one again and again."""

    def __init__(self, db: Connection, *ends: str) -> None:
        self.db, self.ends, self.calls = db, ends, 0

    def act(self) -> None:
        self.calls += 1
        if self.calls > MOST:
            raise RuntimeError(f"called more than {MOST} times")
        end = self.ends[min(self.calls, len(self.ends)) - 1]
        if end == TAKEN:
            self.db.execute(INSERT, ["tower", NIGHT, 1, None])
        elif end == CLEANER:
            self.db.execute(INSERT, [None, NIGHT, 1, "Zoë"])
        elif end != OK:
            self.db.execute(f"do $$ begin raise exception using errcode = '{end}'; end $$".encode())


@exercise("not-now")
def not_now(lab: Lab, answer: Any) -> Iterator[Finding]:
    with tables(lab, HOUSE) as db:
        db.execute(INSERT, ["tower", NIGHT, 1, "Zoë"])

        def handled(*ends: str) -> tuple[Any, int]:
            """What the answer returns, and how often it called."""
            server = Server(db, *ends)
            outcome = kind(attempt(answer, server.act))
            return tuple(outcome) if isinstance(outcome, list) else outcome, server.calls

        yield from is_answered_at_once(handled)
        yield from is_tried_again(handled)
        yield from is_let_through(handled)


def is_answered_at_once(handled: Handled) -> Iterator[Finding]:
    yield Finding("a free night: 201, at once", ((201, {}), 1), handled(OK), "return 201 and no headers, and stop")
    yield Finding(
        "a taken night: 409, at once",
        expected=((409, {}), 1),
        happened=handled(TAKEN),
        hint="no second try can change that the night is taken: return 409 and no headers from inside the loop",
    )


def is_tried_again(handled: Handled) -> Iterator[Finding]:
    for said, refusal in (("a serialization failure", SERIALIZATION), ("a deadlock", DEADLOCK)):
        yield Finding(
            f"{said}, and then it works: 201, at the second try",
            expected=((201, {}), 2),
            happened=handled(refusal, OK),
            hint=f"{said} is worth another try: leave the loop only when it went well",
        )
    yield Finding(
        "a deadlock, and then the night is taken: 409, at the second try",
        expected=((409, {}), 2),
        happened=handled(DEADLOCK, TAKEN),
        hint="each try can end in each way: catch both kinds inside the loop",
    )
    yield Finding(
        "refused three times: 503, and when to come back",
        expected=(BUSY, 3),
        happened=handled(SERIALIZATION),
        hint="three tries in all, and then 503 with the header `Retry-After`, which is text",
    )


def is_let_through(handled: Handled) -> Iterator[Finding]:
    yield Finding(
        "a cleaner in two rooms is let through, at once",
        expected=("ExclusionViolation", 1),
        happened=handled(CLEANER),
        hint="another exclusion constraint is no taken night: ask for the rule's name",
    )
    yield Finding(
        "a statement that was cancelled is let through, at once",
        expected=("QueryCanceled", 1),
        happened=handled(CANCELED),
        hint="OperationalError is a family, and most of it is no refusal: catch the two errors by name",
    )
    yield Finding(
        "a unique violation is let through, at once",
        expected=("UniqueViolation", 1),
        happened=handled(UNIQUE),
        hint="name the errors that you catch, one by one: this is none of them",
    )
