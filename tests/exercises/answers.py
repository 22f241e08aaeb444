"""Where an exercise's right and wrong answers are kept, each under a name by which a test can be selected."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from nexus.exercises import Exercise

Answer = TypeVar("Answer")


class Answers:
    """The answers that tests try on one exercise: right ones in another style, wrong ones a learner might well give.

    right: the answers by name. wrong: the answers by name, each with a piece of the hint that it must get.
    """

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.right_ones: dict[str, Any] = {}
        self.wrong_ones: dict[str, tuple[Any, str]] = {}

    def right(self, answer: Answer) -> Answer:
        """Register an answer that differs from the chapter's solution and must pass. Also a decorator."""
        self.right_ones[_free(_name(answer) or "right", self.right_ones)] = answer
        return answer

    def wrong(self, hint: str) -> Callable[[Answer], Answer]:
        """Register an answer that must fail; the first finding that fails must have this piece in its hint."""

        def register(answer: Answer) -> Answer:
            name = _name(answer) or re.sub(r"\W+", "_", hint).strip("_")
            self.wrong_ones[_free(name, self.wrong_ones)] = (answer, hint)
            return answer

        return register


def _name(answer: Any) -> str | None:
    """The name of a function that is the answer itself: what a factory makes is named after the factory's insides."""
    name = getattr(answer, "__qualname__", "")
    return None if "<" in name else name or None


def _free(name: str, taken: dict[str, Any]) -> str:
    """The name or, where there is one of that name, the name and a number."""
    names = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 2))]
    return next(name for name in names if name not in taken)
