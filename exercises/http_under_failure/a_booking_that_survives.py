"""a-booking-that-survives: book exactly once, although requests and answers are lost."""

import itertools
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import requests

import nexus
from nexus import Lab
from nexus.exercises import Finding, attempt, exercise
from nexus.exercises.market import FLAT, market_of
from nexus.systems import role_on

BUSY_BODY = json.dumps({"type": "/problems/request-in-progress", "title": "Under way", "status": 409}).encode()
BUSY = (
    b"HTTP/1.1 409 Conflict\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\n\r\n" % len(BUSY_BODY)
) + BUSY_BODY
ANSWER_LOST, REQUEST_LOST = "answer lost", "request lost"


class Late(requests.adapters.HTTPAdapter):
    """An adapter whose first answer comes when nobody waits for it any more."""

    def __init__(self) -> None:
        super().__init__()
        self.first = True

    def send(self, request: Any, *arguments: Any, **options: Any) -> requests.Response:
        answer = super().send(request, *arguments, **options)
        if self.first:
            self.first = not answer.content  # which has to be read, and then nobody hears of it
            raise requests.ReadTimeout("no answer in time", request=request)
        return answer


class Counter:
    """Where Ada books, through proxies that lose things. keys: how many names the last wish was sent under."""

    def __init__(self, lab: Lab, answer: Any) -> None:
        self.market, self.answer, self.url = market_of(lab), answer, role_on(lab).url
        self.place = self.market.send(self.market.mira, "POST", "listings/", json=FLAT).json()["id"]
        self.days, self.keys = itertools.count(30, 5), 0

    def wish(self) -> dict[str, Any]:
        first = date.today() + timedelta(days=next(self.days))
        nights = {"check_in": str(first), "check_out": str(first + timedelta(days=2))}
        return {"listing": self.place, "guests": 1, **nights}

    def book(
        self, *fates: str | bytes, wish: dict[str, Any] | None = None, tries: int = 3, late: bool = False
    ) -> tuple[Any, int, int]:
        """Outcome, requests sent, and how many stays of Ada's there are for this wish."""
        proxy, wish = nexus.LossyProxy(self.url, *fates), wish or self.wish()
        bookings = f"{proxy.url}/api/v1/bookings/"
        with requests.Session() as session:
            session.headers.update(self.market.ada.headers)
            if late:
                session.mount("http://", Late())
            outcome = attempt(self.answer, session, bookings, dict(wish), tries)
        proxy.close()
        self.keys = len({key for one in proxy.requests for key in re.findall(rb"(?im)^idempotency-key: *(.+)\r$", one)})
        said = outcome.status_code if isinstance(outcome, requests.Response) else str(outcome).split(":")[0]
        return said, len(proxy.requests), self.count(wish)

    def count(self, wish: dict[str, Any]) -> int:
        return len(self.stays(wish))

    def stays(self, wish: dict[str, Any]) -> list[str]:
        mine = self.market.send(self.market.ada, "GET", "bookings/?page_size=100").json()["results"]
        wanted = (wish["listing"], wish["check_in"])
        return [
            one["id"] for one in mine if one["status"] != "cancelled" and (one["listing"], one["check_in"]) == wanted
        ]

    def cancel(self, wish: dict[str, Any]) -> None:
        for stay in self.stays(wish):
            self.market.send(self.market.ada, "POST", f"bookings/{stay}/cancel/")


@exercise("a-booking-that-survives")
def a_booking_that_survives(lab: Lab, answer: Any) -> Iterator[Finding]:
    counter = Counter(lab, answer)
    yield Finding(
        "nothing is lost: status, requests, stays",
        expected=(201, 1, 1),
        happened=counter.book(),
        hint="post the wish as JSON, and return the answer as soon as there is one",
    )
    yield from a_key_for_each_wish(counter)
    yield from lost_on_the_way(counter)
    yield from in_progress(counter)
    yield taken(counter)
    yield from never_answered(counter)


def a_key_for_each_wish(counter: Counter) -> Iterator[Finding]:
    first, second = counter.book(), counter.book()
    yield Finding(
        "two wishes, one after the other",
        expected=(201, 201),
        happened=(first[0], second[0]),
        hint="a key is the name of one wish: each call makes its own",
    )
    again = counter.wish()
    counter.book(wish=again)
    counter.cancel(again)
    yield Finding(
        "a stay, cancelled, and wished for again: status, requests, stays",
        expected=(201, 1, 1),
        happened=counter.book(wish=again),
        hint="the same words, and another wish: a key that is made of them would get the old answer",
    )


def lost_on_the_way(counter: Counter) -> Iterator[Finding]:
    yield Finding(
        "the first answer is lost: status, requests, stays",
        expected=(201, 2, 1),
        happened=counter.book(ANSWER_LOST),
        hint="after a ConnectionError, the same wish again with the same key: it is made once, before the loop",
    )
    yield Finding(
        "the first answer comes too late: status, requests, stays",
        expected=(201, 2, 1),
        happened=counter.book(late=True),
        hint="requests.Timeout is no ConnectionError, and says as little about what was done: go on after it, too",
    )
    yield Finding(
        "a request is lost, and then an answer: status, requests, stays",
        expected=(201, 3, 1),
        happened=counter.book(REQUEST_LOST, ANSWER_LOST),
        hint="one key for all the tries of a wish, and as many tries as `tries` says",
    )


def in_progress(counter: Counter) -> Iterator[Finding]:
    yield Finding(
        "the same request is in progress, once: status, requests, stays",
        expected=(201, 2, 1),
        happened=counter.book(BUSY),
        hint="a 409 of the type /problems/request-in-progress is no answer yet: try again, with the same key",
    )
    yield Finding("and under how many keys", 1, counter.keys, "the wish is still the same, and so is its key")


def taken(counter: Counter) -> Finding:
    wish = counter.wish()
    counter.market.send(counter.market.bo, "POST", "bookings/", json=wish)
    return Finding(
        "the nights are Bo's: status, requests, stays",
        expected=(409, 1, 0),
        happened=counter.book(wish=wish),
        hint="dates that are taken are an answer: return it at once",
    )


def never_answered(counter: Counter) -> Iterator[Finding]:
    yield Finding(
        "every request is lost: outcome, requests, stays",
        expected=("ConnectionError", 3, 0),
        happened=counter.book(*[REQUEST_LOST] * 30),
        hint="after the last try, let the error through: your caller must know that nobody knows",
    )
    yield Finding(
        "always in progress: status, requests, stays",
        expected=(409, 3, 0),
        happened=counter.book(*[BUSY] * 30),
        hint="`tries` bounds these repeats, too, and the last answer is what is returned",
    )
