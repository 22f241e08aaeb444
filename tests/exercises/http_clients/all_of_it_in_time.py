"""Right and wrong answers to all-of-it-in-time of 11c-http-clients."""

import threading
import time
from concurrent.futures import Future
from typing import Any

import requests
from urllib3.exceptions import ReadTimeoutError

from exercises.http_clients.all_of_it_in_time import all_of_it_in_time
from tests.exercises.answers import Answers

answers = Answers(all_of_it_in_time)


def fetcher(*, silence: bool = True, within: bool = True, **reading: bool) -> Any:
    """An answer of the right form, apart from what is said here. reading: as of `body_of`."""
    errors: list[type[Exception]] = [requests.Timeout] * silence + [ReadTimeoutError] * within

    def fetch(session: Any, url: str, seconds: float) -> Any:
        end = time.monotonic() + seconds
        try:
            with session.get(url, timeout=seconds, stream=True) as answer:
                return body_of(answer, end, **reading)
        except tuple(errors) as error:
            raise TimeoutError from error

    return fetch


def body_of(
    answer: Any, end: float, clock: bool = True, part: bool = False, once: bool = False, unpack: bool = True
) -> bytes:
    body: bytes = b""
    while piece := answer.raw.read1(64 if once else 8192, decode_content=unpack):
        body += piece
        if once:
            break
        if clock and time.monotonic() > end:
            if part:
                return body
            raise TimeoutError
    return body


answers.right(fetcher())
answers.wrong("all of it")(fetcher(once=True))
answers.wrong("decode_content")(fetcher(unpack=False))
answers.wrong("they are not related")(fetcher(silence=False))
answers.wrong("within the body")(fetcher(within=False))
answers.wrong("look at the clock")(fetcher(clock=False))
answers.wrong("look at the clock")(fetcher(part=True))


def in_pieces(size: int) -> Any:
    def fetch(session: Any, url: str, seconds: float) -> Any:
        end, body = time.monotonic() + seconds, b""
        try:
            for piece in session.get(url, timeout=seconds, stream=True).iter_content(size):
                body += piece
                if time.monotonic() > end:
                    raise TimeoutError
        except (requests.Timeout, requests.ConnectionError) as error:
            raise TimeoutError from error
        return body

    return fetch


answers.right(in_pieces(1))
answers.wrong("look at the clock")(in_pieces(8192))  # which have to fill


@answers.wrong("they are not related")
def just_a_time_out(session: Any, url: str, seconds: float) -> Any:
    return session.get(url, timeout=seconds).content


@answers.right
def in_another_thread(session: Any, url: str, seconds: float) -> Any:
    done: Future[bytes] = Future()

    def work() -> None:
        try:
            done.set_result(session.get(url, timeout=seconds).content)
        except requests.RequestException as error:
            done.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        return done.result(seconds)
    except (requests.Timeout, requests.ConnectionError) as error:
        raise TimeoutError from error


@answers.wrong("look at the clock")
def looks_at_the_clock_afterwards(session: Any, url: str, seconds: float) -> Any:
    end = time.monotonic() + seconds
    try:
        body = session.get(url, timeout=seconds).content
    except (requests.Timeout, requests.ConnectionError) as error:
        raise TimeoutError from error
    if time.monotonic() > end:
        raise TimeoutError
    return body
