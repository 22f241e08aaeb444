"""Right and wrong answers to a-booking-that-survives of 11b-http-under-failure."""

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import requests

from exercises.http_under_failure.a_booking_that_survives import a_booking_that_survives
from tests.exercises.answers import Answers

answers = Answers(a_booking_that_survives)

BROKEN: tuple[type[Exception], ...] = (requests.ConnectionError, requests.Timeout)


def header(key: str, fixed: str, call: str, wish: Any) -> dict[str, str]:
    """What names the wish: the program, the call, the try, its own words, or nothing."""
    words = str(uuid5(NAMESPACE_URL, json.dumps(wish, sort_keys=True)))
    value = {"fixed": fixed, "call": call, "try": str(uuid4()), "wish": words}.get(key)
    return {"Idempotency-Key": value} if value else {}


def is_an_end(answer: Any, busy: bool, again: bool) -> bool:
    return not (busy and "request-in-progress" in answer.text) and not (again and not answer.ok)


def booker(
    *,
    key: str = "call",
    tries_: int | None = None,
    busy: bool = True,
    again: bool = False,
    silent: bool = False,
    broken: tuple[type[Exception], ...] = BROKEN,
) -> Any:
    fixed = str(uuid4())

    def book(session: Any, url: str, wish: Any, tries: int) -> Any:
        call = str(uuid4())
        for left in reversed(range(tries_ or tries)):
            try:
                answer = session.post(url, json=wish, headers=header(key, fixed, call, wish), timeout=5)
            except broken:
                if not left and not silent:
                    raise
                continue
            if not left or is_an_end(answer, busy, again):
                return answer
        return None

    return book


answers.right(booker())
answers.wrong("would get the old answer")(booker(key="wish"))
answers.wrong("go on after it, too")(booker(broken=(requests.ConnectionError,)))
answers.wrong("made once, before the loop")(booker(key="try"))
answers.wrong("the same key")(booker(key="none"))
answers.wrong("the same wish again")(booker(tries_=1))
answers.wrong("as many tries as")(booker(tries_=2))
answers.wrong("each call makes its own")(booker(key="fixed"))
answers.wrong("no answer yet")(booker(busy=False))
answers.wrong("return it at once")(booker(again=True))
answers.wrong("let the error through")(booker(silent=True))


@answers.right
def remembers_the_outcome(session: Any, url: str, wish: Any, tries: int) -> Any:
    headers, outcome = {"Idempotency-Key": uuid4().hex}, None
    while tries:
        tries -= 1
        try:
            outcome = session.post(url, json=wish, headers=headers, timeout=5)
        except requests.RequestException as error:
            outcome = error
        else:
            if outcome.ok or outcome.json().get("type") != "/problems/request-in-progress":
                break
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


@answers.wrong("so is its key")
def a_new_key_when_it_is_busy(session: Any, url: str, wish: Any, tries: int) -> Any:
    key = str(uuid4())
    for left in reversed(range(tries)):
        try:
            answer = session.post(url, json=wish, headers={"Idempotency-Key": key}, timeout=5)
        except BROKEN:
            if not left:
                raise
            continue
        if answer.status_code != 409 or "in-progress" not in answer.text or not left:
            return answer
        key = str(uuid4())
    return None


@answers.wrong("the last answer is what is returned")
def nothing_in_the_end(session: Any, url: str, wish: Any, tries: int) -> Any:
    key = {"Idempotency-Key": str(uuid4())}
    for left in reversed(range(tries)):
        try:
            answer = session.post(url, json=wish, headers=key, timeout=5)
            if "request-in-progress" not in answer.text:
                return answer
        except BROKEN:
            if not left:
                raise
    return None
