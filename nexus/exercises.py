"""The engine of the exercises: try an answer on the live services, and say what was expected and what happened.

A chapter's module in `exercises/` makes one `Chapter`, adds a check for each exercise and, for the tests, wrong answers
that a learner might well give. The stub and the solution stand in the chapter itself, and run with it.
"""

import json
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy.exc import DBAPIError, IntegrityError

from nexus import paths
from nexus.errors import NexusError
from nexus.lab import Lab, current
from nexus.services.server import write_private


@dataclass(frozen=True)
class Finding:
    """One property of an answer: what it is about, what was expected, what happened, and a hint where they differ."""

    what: str
    expected: Any
    happened: Any
    hint: str

    @property
    def passed(self) -> bool:
        return bool(self.expected == self.happened)

    def __str__(self) -> str:
        if self.passed:
            return f"  ✓ {self.what}"
        said = {"expected": self.expected, "happened": self.happened, "hint": self.hint}
        return "\n".join([f"  ✗ {self.what}", *(_wrapped(f"{name}: {value}") for name, value in said.items())])


def _wrapped(text: str) -> str:
    """Indented, and narrow enough for a notebook beside a file list: an output does not wrap by itself."""
    return textwrap.fill(text, width=64, initial_indent=" " * 6, subsequent_indent=" " * 8)


@dataclass(frozen=True)
class Verdict:
    """What a check found. Shows itself as a list of the properties."""

    name: str
    findings: tuple[Finding, ...]
    solution: bool = False

    @property
    def passed(self) -> bool:
        return all(finding.passed for finding in self.findings)

    def __repr__(self) -> str:
        solved = "the chapter's solution holds" if self.solution else "solved"
        head = f"✓ {self.name}: {solved}" if self.passed else f"✗ {self.name}: not yet"
        return "\n".join([head, *map(str, self.findings)])


def unless_failed(earlier: Finding, hint: str) -> str:
    """The hint or, where an earlier finding failed, its hint: it is the same fault, seen once more."""
    return hint if earlier.passed else earlier.hint


Check = Callable[[Lab, Any], Iterator[Finding]]


class Exercise:
    """A check, with the wrong answers that its tests try."""

    def __init__(self, name: str, check: Check) -> None:
        self.name = name
        self._check = check
        self.wrong_answers: list[tuple[Any, str]] = []
        self.right_answers: list[Any] = []

    def right(self, answer: Any) -> Any:
        """Register a right answer that differs from the chapter's solution: the tests see it pass."""
        self.right_answers.append(answer)
        return answer

    def wrong(self, hint: str) -> Callable[[Any], Any]:
        """Register a plausible wrong answer, and a piece of the hint that it must get."""

        def register(answer: Any) -> Any:
            self.wrong_answers.append((answer, hint))
            return answer

        return register

    def verdict(self, lab: Lab, answer: Any) -> Verdict:
        """Try the answer. An answer of an unforeseen kind is a finding, never an exception."""
        findings = []
        try:
            for finding in self._check(lab, answer):
                str(finding)  # what an answer returns may be impossible to compare or to show
                findings.append(finding)  # one by one: what was found before an exception is worth showing
        except Exception as error:
            hint = (
                "run your function by itself first, with the values of the task, and look at what it returns"
                if callable(answer)
                else "what happened says at which word it stumbled; compare with what the task says your answer is"
            )
            findings.append(Finding("the answer can be tried", "no exception", said(error), hint))
        return Verdict(self.name, tuple(findings))


class Chapter:
    """The exercises of one chapter."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.exercises: dict[str, Exercise] = {}

    def exercise(self, name: str) -> Callable[[Check], Exercise]:
        """Make a check the exercise of this name."""

        def register(check: Check) -> Exercise:
            return self.exercises.setdefault(name, Exercise(name, check))

        return register

    def check(self, name: str, answer: Any, solution: bool = False) -> Verdict:
        """Try an answer and, unless it is the chapter's own solution, remember a success. See `nexus progress`.

        Raises NexusError where the chapter has no exercise of that name.
        """
        if name not in self.exercises:
            raise NexusError(f"no exercise {name!r} in {self.name}: it has {', '.join(self.exercises)}")
        verdict = replace(self.exercises[name].verdict(current(), answer), solution=solution)
        if verdict.passed and not solution:
            remember(self.name, name)
        return verdict


def attempt(call: Callable[..., Any], *arguments: Any) -> Any:
    """What the call returns or, in words, what it raised: either way something to show beside what was expected."""
    try:
        return call(*arguments)
    except Exception as error:
        return said(error)


def in_threads(calls: Sequence[Callable[[], Any]], seconds: float, otherwise: Any) -> list[Any]:
    """What the calls return, each in a thread of its own; `otherwise` for one that returns nothing within the time.

    An answer that waits or loops for ever must not hold the check. A call that may raise is wrapped in `attempt`.
    """
    results = [otherwise] * len(calls)

    def run(number: int) -> None:
        with suppress(SystemExit):
            results[number] = calls[number]()

    threads = [threading.Thread(target=run, args=[number], daemon=True) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return results


@contextmanager
def scratch(lab: Lab) -> Iterator[sqlalchemy.Connection]:
    """A connection to the chapter's database where nothing lasts: an own schema, rolled back at the end."""
    with lab.engine.connect() as connection:
        connection.exec_driver_sql("drop schema if exists scratch cascade")  # of an answer that said `commit`
        connection.exec_driver_sql("create schema scratch")
        connection.exec_driver_sql("set local search_path to scratch")
        yield connection


@contextmanager
def scratch_tables(lab: Lab, script: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to what the SQL makes, in a schema of its own. It commits, since a plan vacuums."""
    with lab.connect(autocommit=True) as connection:
        connection.execute("drop schema if exists scratch cascade")
        connection.execute("create schema scratch")
        connection.execute("set search_path to scratch")
        connection.execute(script.encode())
        yield connection
        connection.execute("drop schema scratch cascade")


def run(connection: sqlalchemy.Connection, statement: str) -> sqlalchemy.CursorResult[Any]:
    """Run a learner's statement as it stands: a per cent sign in it is no place for a value."""
    return connection.exec_driver_sql(statement.replace("%", "%%"))


def ids_of(cursor: psycopg.Cursor[Any]) -> list[Any]:
    """The column `id` of what a learner's query shows, wherever it stands. Raises ValueError where it shows none."""
    columns = [column.name for column in cursor.description or ()]
    if "id" not in columns:
        raise ValueError(f"a query that shows the `id` is wanted; this one shows {', '.join(columns) or 'no rows'}")
    place = columns.index("id")
    return [row[place] for row in cursor]


def accepts(connection: sqlalchemy.Connection, statement: str) -> bool:
    """Whether a constraint lets the statement pass. One that is wrong in itself raises, as always."""
    try:
        with connection.begin_nested():
            run(connection, statement)
    except IntegrityError:
        return False
    return True


def said(error: BaseException) -> str:
    """The error in a line. Of a database's, its own words, without those that SQLAlchemy wraps around them."""
    if isinstance(error, DBAPIError) and error.orig:
        error = error.orig
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def remember(chapter: str, name: str) -> None:
    """Note an exercise as solved, beside the learner's copies: it is the learner's own, and `make clean` keeps it."""
    solved = progress()
    solved[chapter] = sorted({*solved.get(chapter, []), name})
    paths.WORK.mkdir(exist_ok=True)
    write_private(paths.WORK / "progress.json", json.dumps(solved, indent=2))


def progress() -> dict[str, list[str]]:
    """The solved exercises by chapter."""
    try:
        return dict(json.loads((paths.WORK / "progress.json").read_text()))
    except FileNotFoundError:
        return {}
