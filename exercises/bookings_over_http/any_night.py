"""any-night: a client that books one of several nights, and never two."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict

from nexus import Lab
from nexus.exercises import Finding, exercise

NIGHTS = ("Saturday", "Friday", "Sunday")  # in an order that no sorting makes
SILENCE = "no answer"
MOST_REQUESTS = 12
LONGEST = 30  # seconds that are still worth waiting
WAITS = (2, 7, 4)  # what a night's first 503 says in Retry-After, its second, and its third
Headers = Mapping[str, str]
Answer = int | str | tuple[int, Headers]  # a status, a silence, or a status with headers of its own


def busy_for(seconds: int) -> Answer:
    return 503, {"Retry-After": str(seconds)}


OF_A_PROXY: Answer = (503, {})


class House:
    """Answers for each night, one after the other, the last one again and again. It notes requests and pauses."""

    def __init__(self, **answers: Sequence[Answer]) -> None:
        self.answers, self.asked = answers, list[str]()
        self.named, self.pauses = (
            [0],
            [list[Any]()],
        )  # seconds, after each request; the first is before them all

    def post(self, night: str) -> tuple[int, Headers]:
        self.asked.append(night)
        if len(self.asked) > MOST_REQUESTS:
            raise RuntimeError(f"more than {MOST_REQUESTS} requests")
        number, answers = self.asked.count(night) - 1, self.answers[night]
        answer = answers[min(number, len(answers) - 1)]
        if answer == 503:
            answer = busy_for(WAITS[min(number, len(WAITS) - 1)])
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        self.named.append(int(headers.get("Retry-After", 0)))
        self.pauses.append([])
        if isinstance(status, str):
            raise requests.Timeout(status)
        return status, CaseInsensitiveDict(headers)

    def pause(self, seconds: Any) -> None:
        self.pauses[-1].append(seconds)

    def story(self) -> list[str]:
        """The nights in the order of the requests, and between them how long the answer waited."""
        nights = ["", *self.asked]
        waited = map(_length, self.named, self.pauses)
        return [said for step in zip(nights, waited, strict=True) for said in step if said]


def _length(named: int, pauses: Sequence[Any]) -> str:
    """The pauses as one. What the answer named and up to twice as much, such as by lot, counts as what it named."""
    if not all(isinstance(seconds, int | float) for seconds in pauses):
        return f"{pauses[0]!r}, which is no number"
    waited = sum(pauses)
    waited = named if named <= waited <= 2 * named else waited
    return f"{waited:g}s" if waited else ""


class _Raised:
    def __repr__(self) -> str:
        return "an error"


RAISED = _Raised()  # which no answer can return


class Guest:
    """The answer, sent to houses that answer as is said here. The third night is always taken."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def run(self, first: Sequence[Answer], second: Sequence[Answer]) -> tuple[Any, House]:
        """What the answer returns, or that it raised an error, and what the house noted."""
        house = House(**dict(zip(NIGHTS, (first, second, [409]), strict=True)))
        try:
            outcome = self.answer(house.post, NIGHTS, house.pause)
        except Exception:
            outcome = RAISED
        return outcome, house

    def booked(self, first: Sequence[Answer], second: Sequence[Answer] = (201,)) -> tuple[Any, list[str]]:
        """And the nights that it asked for."""
        outcome, house = self.run(first, second)
        return outcome, house.asked

    def waited(self, first: Sequence[Answer]) -> tuple[Any, list[str]]:
        """And the nights and the pauses."""
        outcome, house = self.run(first, [201])
        return outcome, house.story()


BEST, OTHER, _ = NIGHTS


@exercise("any-night")
def any_night(lab: Lab, answer: Any) -> Iterator[Finding]:
    guest = Guest(answer)
    yield from goes_from_night_to_night(guest)
    yield from comes_back(guest)
    yield from gives_up(guest)
    yield from raises_where_nothing_is_sure(guest)
    yield from looks_again_each_time(guest)


def goes_from_night_to_night(guest: Guest) -> Iterator[Finding]:
    yield Finding(
        "the first night is free",
        expected=(BEST, [BEST]),
        happened=guest.booked([201]),
        hint="the first of the list is the best; a 201 is a booking: return the night, and send nothing more",
    )
    yield Finding(
        "the first is taken, the second free",
        expected=(OTHER, [BEST, OTHER]),
        happened=guest.booked([409]),
        hint="a 409 says for certain that this night is gone: go on to the next one, at once",
    )
    yield Finding(
        "all are taken",
        expected=(None, list(NIGHTS)),
        happened=guest.booked([409], [409]),
        hint="after the last night there is nothing to return but None",
    )


def comes_back(guest: Guest) -> Iterator[Finding]:
    yield Finding(
        "the first answer gets lost",
        expected=(RAISED, [BEST]),
        happened=guest.booked([SILENCE]),
        hint="the request may have been done, and only its answer lost: another night would be a second booking",
    )
    yield Finding(
        "twice 503, and then it works",
        expected=(BEST, [BEST] * 3),
        happened=guest.booked([503, 503, 201]),
        hint="a 503 says: the same again, later. Nothing was booked, and the night may be free",
    )
    yield Finding(
        "in between it waits as long as `Retry-After` says",
        expected=(BEST, [BEST, "2s", BEST, "7s", BEST]),
        happened=guest.waited([503, 503, 201]),
        hint="`Retry-After` says when to come back, in text: before you ask again, `pause` for that `int` of seconds",
    )


def gives_up(guest: Guest) -> Iterator[Finding]:
    yield Finding(
        "503 without end",
        expected=(RAISED, [BEST] * 3),
        happened=guest.booked([503]),
        hint="three requests for one night in all; then give up with an error: the night may still be free",
    )
    yield Finding(
        "after the third it waits no more",
        expected=(RAISED, [BEST, "2s", BEST, "7s", BEST]),
        happened=guest.waited([503]),
        hint="after the last request there is nothing to wait for: raise the error at once",
    )
    yield Finding(
        "503, to come back in 30 seconds",
        expected=(BEST, [BEST, "30s", BEST]),
        happened=guest.waited([busy_for(LONGEST), 201]),
        hint="exactly 30 seconds may still be waited",
    )
    yield Finding(
        "503, to come back in an hour",
        expected=(RAISED, [BEST]),
        happened=guest.waited([busy_for(3600)]),
        hint="longer than 30 seconds is too long, and earlier than it says is no better than at once: raise an error",
    )


def raises_where_nothing_is_sure(guest: Guest) -> Iterator[Finding]:
    yield Finding(
        "503 of somebody on the way",
        expected=(RAISED, [BEST]),
        happened=guest.waited([OF_A_PROXY]),
        hint="without `Retry-After` it isn't the API's own, and the night may be booked already: raise an error",
    )
    yield Finding(
        "500",
        expected=(RAISED, [BEST]),
        happened=guest.booked([500]),
        hint="after a 500 nobody knows what was done: raise an error, and send nothing more",
    )
    for status, hint in ((401, "only a 409 says that the night is gone"), (202, "only a 201 says that she has it")):
        yield Finding(
            str(status),
            expected=(RAISED, [BEST]),
            happened=guest.booked([status]),
            hint=f"{hint}: with any status that the task doesn't name, raise an error",
        )


def looks_again_each_time(guest: Guest) -> Iterator[Finding]:
    yield Finding(
        "503, and then it is taken",
        expected=(OTHER, [BEST, BEST, OTHER]),
        happened=guest.booked([503, 409]),
        hint="each answer can follow a 503: look at the status again after each request",
    )
    yield Finding(
        "twice 503, then taken; and the second night the same, but free",
        expected=(OTHER, [BEST] * 3 + [OTHER] * 3),
        happened=guest.booked([503, 503, 409], [503, 503, 201]),
        hint="each night has three requests of its own: begin to count again",
    )
