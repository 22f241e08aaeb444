"""Right and wrong answers to patient-client of 41b-rate-limits-over-http."""

import time
from collections.abc import Callable
from typing import Any

import requests

from exercises.rate_limits_over_http.patient_client import patient_client, retry_after
from tests.exercises.answers import Answers

answers = Answers(patient_client)

Get = Callable[[], requests.Response]
Wait = Callable[[float], None]
REFUSALS = (429, 503)


@answers.right
def with_a_little_chance(get: Get, wait: Wait, tries: int) -> requests.Response:
    response = get()
    while response.status_code in REFUSALS and tries > 1:
        wait(retry_after(response) + time.time() % 1 / 2)
        response, tries = get(), tries - 1
    return response


@answers.right
def calls_itself(get: Get, wait: Wait, tries: int) -> requests.Response:
    response = get()
    if response.status_code not in REFUSALS or tries == 1:
        return response
    wait(retry_after(response))
    last: requests.Response = calls_itself(get, wait, tries - 1)
    return last


@answers.wrong("before you ask again")
def never_waits(get: Get, wait: Wait, tries: int) -> requests.Response:
    for _ in range(tries):
        response = get()
        if response.status_code not in REFUSALS:
            break
    return response


@answers.wrong("before you ask again")
def waits_as_it_likes(get: Get, wait: Wait, tries: int) -> requests.Response:
    for attempt_number in range(tries):
        response = get()
        if response.status_code not in REFUSALS:
            break
        wait(2.0**attempt_number)
    return response


@answers.wrong("the first one included")
def one_more(get: Get, wait: Wait, tries: int) -> requests.Response:
    response = get()
    for _ in range(tries):
        if response.status_code not in REFUSALS:
            break
        wait(retry_after(response))
        response = get()
    return response


@answers.wrong("the first one included")
def never_gives_up(get: Get, wait: Wait, tries: int) -> requests.Response:
    while (response := get()).status_code in REFUSALS:
        wait(retry_after(response))
    return response


@answers.wrong("the first one included")
def returns_nothing(get: Get, wait: Wait, tries: int) -> requests.Response | None:
    for left in reversed(range(tries)):
        response = get()
        if response.status_code not in REFUSALS:
            return response
        if left:
            wait(retry_after(response))
    return None


@answers.wrong("nothing to wait for")
def waits_once_more(get: Get, wait: Wait, tries: int) -> requests.Response:
    for _ in range(tries):
        response = get()
        if response.status_code not in REFUSALS:
            break
        wait(retry_after(response))
    return response


@answers.wrong("get better by waiting")
def insists(get: Get, wait: Wait, tries: int) -> requests.Response:
    for left in reversed(range(tries)):
        response = get()
        if response.ok or not left:
            break
        wait(retry_after(response))
    return response


@answers.wrong("fails closed")
def knows_429_alone(get: Get, wait: Wait, tries: int) -> requests.Response:
    for left in reversed(range(tries)):
        response = get()
        if response.status_code != 429 or not left:
            break
        wait(retry_after(response))
    return response


@answers.wrong("a 500 is no refusal")
def insists_on_broken_servers(get: Get, wait: Wait, tries: int) -> requests.Response:
    for left in reversed(range(tries)):
        response = get()
        if (response.status_code != 429 and response.status_code < 500) or not left:
            break
        wait(retry_after(response))
    return response


@answers.wrong("before you ask again")
def waits_as_long_as_at_first(get: Get, wait: Wait, tries: int) -> requests.Response:
    response = get()
    seconds = retry_after(response)
    while response.status_code in REFUSALS and tries > 1:
        wait(seconds)
        response, tries = get(), tries - 1
    return response


@answers.wrong("may be missing")
def asks_again_at_once(get: Get, wait: Wait, tries: int) -> requests.Response:
    for left in reversed(range(tries)):
        response = get()
        if response.status_code not in REFUSALS or not left:
            break
        if "Retry-After" in response.headers:
            wait(retry_after(response))
    return response


@answers.wrong("a header says is a text")
def waits_for_a_text(get: Get, wait: Any, tries: int) -> requests.Response:
    for left in reversed(range(tries)):
        response = get()
        if response.status_code not in (429, 503) or not left:
            break
        wait(response.headers.get("Retry-After", 1))
    return response


@answers.wrong("may be missing")
def expects_the_header(get: Get, wait: Wait, tries: int) -> requests.Response:
    for left in reversed(range(tries)):
        response = get()
        if response.status_code not in REFUSALS or not left:
            break
        wait(int(response.headers["Retry-After"]))
    return response
