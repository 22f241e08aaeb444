"""The engine: an exercise tries an answer within a bounded time, and a chapter has exercises."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError

from nexus.errors import NexusError
from nexus.exercises.findings import Finding, Verdict
from nexus.exercises.trying import OutOfTimeError, said, time_limit
from nexus.lab import Lab, current
from nexus.progress import remember

CHECK_SECONDS = 60.0  # what the slowest check takes on a busy machine, several times over

Check = Callable[[Lab, Any], Iterator[Finding]]


class Exercise:
    """A name, and a check that tries an answer: it yields what it finds, one property after the other."""

    def __init__(self, name: str, check: Check) -> None:
        self.name = name
        self._check = check

    def verdict(self, lab: Lab, answer: Any, seconds: float = CHECK_SECONDS) -> Verdict:
        """Try the answer. One of an unforeseen kind, or one that does not end in time, is a finding, no exception.

        seconds: for all of the check; `time_limit` says what it can end, and that it holds in the main thread alone.
        """
        findings: list[Finding] = []
        try:
            with time_limit(seconds):
                for finding in self._check(lab, answer):
                    str(finding)  # what an answer returns may be impossible to compare or to show
                    findings.append(finding)  # one by one: what was found before an exception is worth showing
        except OutOfTimeError:
            findings.append(_too_long(f"still running after {seconds:g} seconds"))
        except Exception as error:
            findings.append(_too_long(said(error)) if _was_cancelled(error) else _not_tried(answer, error))
        return Verdict(self.name, tuple(findings))


def exercise(name: str) -> Callable[[Check], Exercise]:
    """Make a check the exercise of this name."""
    return lambda check: Exercise(name, check)


def _was_cancelled(error: Exception) -> bool:
    """Whether Postgres ended a statement because it took too long, or waited too long for a lock."""
    error = error.orig if isinstance(error, DBAPIError) and isinstance(error.orig, Exception) else error
    return isinstance(error, psycopg.errors.QueryCanceled)


def _too_long(happened: str) -> Finding:
    hint = "look for a loop that does not end, a sleep, or a wait for what never comes, such as a lock that is not free"
    return Finding("the answer comes to an end", "an end", happened, hint)


def _not_tried(answer: Any, error: Exception) -> Finding:
    hint = (
        "run your function by itself first, with the values of the task, and look at what it returns"
        if callable(answer)
        else "what happened says at which word it stumbled; compare with what the task says your answer is"
    )
    return Finding("the answer can be tried", "no exception", said(error), hint)


class Chapter:
    """The exercises of one chapter, in their order."""

    def __init__(self, name: str, *exercises: Exercise) -> None:
        self.name = name
        self.exercises = {exercise.name: exercise for exercise in exercises}

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
