"""Right and wrong answers to any-night of 22c-bookings-over-http."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from exercises.bookings_over_http.any_night import LONGEST, Headers, any_night
from tests.exercises.answers import Answers

answers = Answers(any_night)

Post = Callable[[str], tuple[int, Headers]]
Pause = Callable[[Any], None]


@dataclass(frozen=True)
class Asks:
    """Answers of the right form."""

    tries: int = 3
    again: Sequence[int] = (503,)
    taken: Sequence[int] = (409,)
    done: Sequence[int] = (201,)
    seconds: Callable[[Headers], Any] = lambda headers: int(headers["Retry-After"])
    longest: float = LONGEST

    def __call__(self, post: Post, nights: Sequence[str], pause: Pause) -> Any:
        for night in nights:
            status = self.last_status(post, night, pause)
            if status in self.done:
                return night
            if status not in self.taken:
                raise RuntimeError(str(status))
        return None

    def last_status(self, post: Post, night: str, pause: Pause) -> int:
        for left in reversed(range(self.tries)):
            status, headers = post(night)
            if status not in self.again or not left:
                break
            wait = self.seconds(headers) if status == 503 else 1
            if isinstance(wait, int) and wait > self.longest:
                break
            if wait is not None:
                pause(wait)
        return status


answers.right(lambda post, nights, pause: Asks()(post, iter(nights), pause))
answers.right(Asks(seconds=lambda headers: int(headers["retry-after"])))
answers.wrong("three requests for one night")(Asks(tries=10))
answers.wrong("the same again, later")(Asks(tries=1))
answers.wrong("then give up with an error")(Asks(taken=(409, 503)))
answers.wrong("after a 500 nobody knows")(Asks(taken=(409, 500)))
answers.wrong("after a 500 nobody knows")(Asks(again=(503, 500)))
answers.wrong("only a 409")(Asks(taken=range(400, 500)))
answers.wrong("only a 201")(Asks(done=range(200, 300)))
answers.wrong("the first of the list")(lambda post, nights, pause: Asks()(post, sorted(nights), pause))
answers.wrong("go on to the next one")(Asks(again=(503, 409)))
answers.wrong("when to come back")(Asks(seconds=lambda headers: None))  # the same again, at once
answers.wrong("when to come back")(Asks(seconds=lambda headers: 1))
answers.wrong("in text")(Asks(seconds=lambda headers: headers["Retry-After"]))
answers.wrong("exactly 30")(Asks(longest=LONGEST - 1))
answers.wrong("is too long")(Asks(longest=float("inf")))
answers.wrong("earlier than it says")(Asks(seconds=lambda headers: min(int(headers["Retry-After"]), LONGEST)))
answers.wrong("it isn't the API's own")(Asks(seconds=lambda headers: int(headers.get("Retry-After", 1))))


@answers.right
def adds_a_little_by_lot(post: Post, nights: Sequence[str], pause: Pause) -> Any:
    return Asks()(post, nights, lambda seconds: pause(seconds * random.uniform(1, 1.5)))


@answers.wrong("nothing to wait for")
def waits_after_the_last_as_well(post: Post, nights: Sequence[str], pause: Pause) -> Any:
    for night in nights:
        status = 503
        for _ in range(3):
            status, headers = post(night)
            if status != 503:
                break
            pause(int(headers["Retry-After"]))
        if status == 201:
            return night
        if status != 409:
            raise RuntimeError(str(status))
    return None


@answers.wrong("only its answer lost")
def goes_on_after_a_silence(post: Post, nights: Sequence[str], pause: Pause) -> Any:
    def counted(night: str) -> tuple[int, Headers]:
        try:
            return post(night)
        except requests.Timeout:
            return 409, {}

    return Asks()(counted, nights, pause)


@answers.wrong("only its answer lost")
def asks_again_after_a_silence(post: Post, nights: Sequence[str], pause: Pause) -> Any:
    try:
        return Asks()(post, nights, pause)
    except requests.Timeout:
        return Asks()(post, nights, pause)


@answers.wrong("only its answer lost")
def returns_its_errors(post: Post, nights: Sequence[str], pause: Pause) -> Any:
    try:
        return Asks()(post, nights, pause)
    except (requests.Timeout, RuntimeError):
        return "an error"


@answers.wrong("of its own")
def counts_over_all_nights(post: Post, nights: Sequence[str], pause: Pause) -> Any:
    tries = 3
    for night in nights:
        while (answer := post(night))[0] == 503 and tries > 1:
            tries -= 1
            if (seconds := int(answer[1]["Retry-After"])) > LONGEST:
                break
            pause(seconds)
        if answer[0] == 201:
            return night
        if answer[0] != 409:
            raise RuntimeError(str(answer[0]))
    return None


@answers.right
def takes_them_from_a_list(post: Post, nights: Sequence[str], pause: Pause) -> Any:
    left, tries = list(nights), 0
    while left:
        (status, headers), tries = post(left[0]), tries + 1
        if status == 201:
            return left[0]
        if status == 409:
            left, tries = left[1:], 0
        elif status != 503 or tries == 3 or int(headers["Retry-After"]) > LONGEST:
            raise ConnectionError(status)
        else:
            pause(float(headers["Retry-After"]))
    return None
