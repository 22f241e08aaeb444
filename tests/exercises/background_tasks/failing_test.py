"""Right and wrong answers to failing-test of 42-background-tasks."""

from typing import Any

import psycopg

import nexus
from exercises.background_tasks.failing_test import failing_test
from tests.exercises.answers import Answers

answers = Answers(failing_test)
GUEST = "select guest from requests where id = %s"


@answers.right
def as_a_worker_would(book: Any) -> None:
    """A function that reads the row, on a connection of its own, and the test of what it read."""
    seen = []

    def worker(number: int) -> None:
        with psycopg.connect(nexus.current().url("postgres")) as db:
            seen.append(db.execute(GUEST, [number]).fetchone())

    book("Bo", worker)
    assert seen == [("Bo",)]


@answers.right
def counts_what_is_missing(book: Any) -> None:
    calls: list[int] = []

    def ask(number: int) -> None:
        calls.append(number)
        assert nexus.current().sql("select count(*) from requests where id = %s and guest = 'Ada'", [number]) == [1]

    book("Ada", ask)
    if len(calls) != 1:
        raise AssertionError(f"asked {len(calls)} times")


@answers.wrong("look within `ask`")
def looks_afterwards(book: Any) -> None:
    asked: list[int] = []
    book("Ada", asked.append)
    assert [nexus.current().sql(GUEST, [number]) for number in asked] == [["Ada"]]


@answers.wrong("has to fail, too")
def forgets_to_count(book: Any) -> None:
    def ask(number: int) -> None:
        assert nexus.current().sql(GUEST, [number]) == ["Ada"]

    book("Ada", ask)


@answers.wrong("a task that is sent twice")
def only_the_last(book: Any) -> None:
    found: list[Any] = [None]

    def ask(number: int) -> None:
        found[0] = nexus.current().sql(GUEST, [number])

    book("Ada", ask)
    assert found == [["Ada"]]


@answers.wrong("this one is right")
def always_fails(book: Any) -> None:
    book("Ada", lambda number: None)
    raise AssertionError


@answers.wrong("look within `ask`")
def any_row(book: Any) -> None:
    asked: list[int] = []
    book("Ada", asked.append)
    assert len(asked) == 1
    assert nexus.current().sql("select count(*) from requests") == [1]
