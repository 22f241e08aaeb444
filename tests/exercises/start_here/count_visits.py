"""Right and wrong answers to count-visits of 00-start-here."""

from typing import Any

from exercises.start_here.count_visits import count_visits
from tests.exercises.answers import Answers

answers = Answers(count_visits)


@answers.wrong(hint="ask Redis to do both in one command")
def read_then_write(redis: Any, page: str) -> int:
    seen = int(redis.get(page) or 0)
    redis.set(page, seen + 1)
    return seen + 1


@answers.wrong(hint="return the new count")
def nothing_returned(redis: Any, page: str) -> None:
    redis.incr(page)


@answers.wrong(hint="use the page's name as the key")
def one_key_for_all(redis: Any, page: str) -> Any:
    return redis.incr("visits")
