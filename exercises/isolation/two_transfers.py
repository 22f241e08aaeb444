"""two-transfers: move credit between purses, while others do so, too."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise, scratch_tables
from nexus.exercises.racing import Connection, guest, raced, waiting

PURSES = "create table purses (id int primary key, credit int); insert into purses values (1, 100), (2, 100), (3, 0)"


def second_of_the_purses(statements: Sequence[str]) -> bool:
    return "purses" in statements[-1] and sum("purses" in statement for statement in statements) == 2


@exercise("two-transfers")
def two_transfers(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, PURSES) as db:
        yield from one_after_the_other(lab, db, answer)
        yield Finding(
            "nobody sees half of a transfer",
            expected=([100, 100, 0], "done"),
            happened=half_way(lab, db, answer),
            hint="both updates in one `with db.transaction():`, or a crash in between takes from one and gives to none",
        )
        yield from two_at_once(lab, db, answer)


def one_after_the_other(lab: Lab, db: Connection, answer: Any) -> Iterator[Finding]:
    def after(*transfer: int) -> tuple[list[Any], list[int]]:
        """What the giver gets as an answer, and what is in the purses then."""
        with guest(lab) as ada:
            return [attempt(answer, ada, *transfer)], credits_in(db)

    yield Finding(
        "of 100, 30 are given",
        expected=(["done"], [70, 130, 0]),
        happened=after(1, 2, 30),
        hint="what the giver loses is what the taker gets: two updates, one transaction",
    )
    yield Finding(
        "of 70, 71 can't be given, and nothing changes",
        expected=(["too little"], [70, 130, 0]),
        happened=after(1, 2, 71),
        hint="compare before you take, or roll back: a giver who gets `too little` has lost nothing",
    )
    yield Finding(
        "of 70, all 70 can be given",
        expected=(["done"], [0, 200, 0]),
        happened=after(1, 2, 70),
        hint="exactly as much as there is may still be given",
    )


def two_at_once(lab: Lab, db: Connection, answer: Any) -> Iterator[Finding]:
    def at_once(*transfers: tuple[int, int, int]) -> tuple[list[str], list[int]]:
        refill(db)
        calls = [lambda db, transfer=transfer: answer(db, *transfer) for transfer in transfers]
        return raced(lab, db, *calls, when=second_of_the_purses), credits_in(db)

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
            transferred = pool.submit(attempt, transfer, bo, 1, 2, 10)
            while not (transferred.done() or waiting(db, [bo.info.backend_pid])):
                pass
            seen = credits_in(db)
        return seen, transferred.result()
