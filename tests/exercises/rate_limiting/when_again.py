"""Right and wrong answers to when-again of 41-rate-limiting."""

from math import ceil

from exercises.rate_limiting.when_again import when_again
from tests.exercises.answers import Answers

answers = Answers(when_again)


@answers.right
def by_the_window(moments: list[float], now: float) -> int:
    inside = sorted(moment for moment in moments if now - moment < 60)
    return ceil(inside[0] + 60 - now) if len(inside) == 10 else 0


@answers.right
def tries_each_second(moments: list[float], now: float) -> int:
    return next(wait for wait in range(100) if sum(now + wait - moment < 60 for moment in moments) < 10)


@answers.wrong("oldest of the ten")
def waits_for_the_newest(moments: list[float], now: float) -> int:
    return ceil(moments[-1] + 60 - now)


@answers.wrong("oldest of the ten")
def always_a_minute(moments: list[float], now: float) -> int:
    return 60


@answers.wrong("round up")
def rounds_down(moments: list[float], now: float) -> int:
    return int(moments[0] + 60 - now)


@answers.wrong("round up")
def rounds_to_the_nearest(moments: list[float], now: float) -> int:
    return max(0, round(moments[0] + 60 - now)) if len(moments) == 10 else 0


@answers.wrong("not one more")
def one_more_to_be_safe(moments: list[float], now: float) -> int:
    return int(moments[0] + 60 - now) + 1


@answers.wrong("fewer than ten")
def takes_any_log_for_a_full_one(moments: list[float], now: float) -> int:
    return max(0, ceil(moments[0] + 60 - now))


@answers.wrong("less than 0 seconds")
def sends_back_in_time(moments: list[float], now: float) -> int:
    return ceil(moments[0] + 60 - now) if len(moments) == 10 else 0


@answers.wrong("has no room left")
def takes_ten_for_room(moments: list[float], now: float) -> int:
    return 0 if len(moments) <= 10 else max(0, ceil(moments[0] + 60 - now))


@answers.wrong("as a number")
def writes_it_down(moments: list[float], now: float) -> str:
    return str(max(0, ceil(moments[0] + 60 - now)) if len(moments) == 10 else 0)


@answers.wrong("oldest of the ten")
def waits_for_a_token(moments: list[float], now: float) -> int:
    return max(1, ceil(moments[-1] + 6 - now)) if len(moments) == 10 else 0
