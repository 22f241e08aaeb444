"""The exercises of 11c-http-clients: what may be sent again, when to come back, and a body that is there in time."""

import email.utils
import gzip
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import requests
from urllib3.exceptions import ReadTimeoutError

from exercises.http_and_rest import in_time
from nexus import Lab
from nexus.exercises import Chapter, Finding

chapter = Chapter("11c-http-clients")
check = chapter.check

# --- send-it-again

LOST = "nobody knows whether it was done: only what is idempotent, or has a key, may be sent again"
REFUSED = "429 says that nothing was done: whatever it was, it may come again"
ANSWERED = "this is an answer about the request itself: sent again as it is, it will get the same one"
IDEMPOTENT = "twice leaves what once leaves: it may be sent again"
CASES = [
    ("GET", False, None, True, IDEMPOTENT),
    ("PUT", False, None, True, IDEMPOTENT),
    ("DELETE", False, 504, True, IDEMPOTENT),
    ("OPTIONS", False, None, True, IDEMPOTENT),
    ("HEAD", False, 502, True, IDEMPOTENT),
    ("GET", False, 503, True, "the server can't just now, and a read does no harm: try again"),
    ("POST", False, None, False, LOST),
    ("PATCH", False, None, False, LOST),
    ("POST", False, 502, False, f"502 comes from one in between, who got no answer either: {LOST}"),
    ("POST", False, 503, False, f"503 may come from one in between, or half-way through the work: {LOST}"),
    ("POST", False, 500, False, f"it broke, and perhaps after the work was done: {LOST}"),
    ("POST", True, None, True, "the server knows a repeat by its key"),
    ("POST", True, 503, True, "the server knows a repeat by its key"),
    ("POST", False, 429, True, REFUSED),
    ("PATCH", False, 429, True, REFUSED),
    ("GET", False, 404, False, ANSWERED),
    ("POST", True, 400, False, ANSWERED),
    ("POST", True, 422, False, ANSWERED),
    ("POST", True, 201, False, "it is done"),
]


@chapter.exercise("send-it-again")
def send_it_again(lab: Lab, answer: Any) -> Iterator[Finding]:
    for method, keyed, status, expected, hint in CASES:
        what = f"{method}{' with a key' if keyed else ''}, {status or 'no answer'}"
        yield Finding(what, expected, bool(answer(method, keyed, status)), hint)


SAFE, IDEMPOTENT_ONES = {"GET", "HEAD", "OPTIONS"}, {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}


@send_it_again.right
def by_table(method: str, keyed: bool, status: int | None) -> bool:
    if status in {None, 502, 503, 504}:
        return keyed or method in IDEMPOTENT_ONES
    return status == 429


@send_it_again.right
def never_a_bare_post(method: str, keyed: bool, status: int | None) -> bool:
    unknown = status is None or status >= 500
    return status == 429 or (unknown and (keyed or method not in ("POST", "PATCH")))


@send_it_again.wrong("503 may come")
def takes_503_for_429(method: str, keyed: bool, status: int | None) -> bool:
    return status in {429, 503} or by_table(method, keyed, status)


@send_it_again.wrong("it broke")
def an_error_was_no_success(method: str, keyed: bool, status: int | None) -> bool:
    return status == 500 or by_table(method, keyed, status)


@send_it_again.wrong("twice leaves what once leaves")
def only_what_it_has_seen(method: str, keyed: bool, status: int | None) -> bool:
    return by_table(method, keyed, status) and (keyed or status == 429 or method in ("GET", "PUT", "DELETE"))


@send_it_again.wrong("only what is idempotent")
def whenever_it_broke(method: str, keyed: bool, status: int | None) -> bool:
    return status is None or status >= 500 or status == 429


@send_it_again.wrong("may be sent again")
def only_reads(method: str, keyed: bool, status: int | None) -> bool:
    return method in SAFE and status in {None, 502, 503, 504}


@send_it_again.wrong("got no answer either")
def any_answer_is_an_answer(method: str, keyed: bool, status: int | None) -> bool:
    harmless = keyed or method in IDEMPOTENT_ONES
    return status in {429, 502, 503, 504} or (harmless and status is None)


@send_it_again.wrong("by its key")
def knows_no_keys(method: str, keyed: bool, status: int | None) -> bool:
    return status == 429 or (method in IDEMPOTENT_ONES and status in {None, 502, 503, 504})


@send_it_again.wrong("may come again")
def no_four_comes_again(method: str, keyed: bool, status: int | None) -> bool:
    return (keyed or method in IDEMPOTENT_ONES) and status in {None, 502, 503, 504}


@send_it_again.wrong("the same one")
def all_that_is_harmless(method: str, keyed: bool, status: int | None) -> bool:
    return status == 429 or ((keyed or method in IDEMPOTENT_ONES) and (status is None or status >= 400))


# --- when-to-come-back

NOW = 1_792_567_680.0  # Wed, 21 Oct 2026 07:28:00 GMT


def moment(seconds: float) -> str:
    return email.utils.formatdate(NOW + seconds, usegmt=True)


NEITHER = "what is neither whole seconds nor a date says nothing: None"
HEADERS = [
    ("7", 7, "whole seconds are to be taken as they are"),
    (moment(12), 12, "a date is a moment: its timestamp(), less now. And it is in GMT, wherever the program runs"),
    ("3600", 30, "at most 30: a stranger must not put the program to sleep for an hour"),
    (moment(3600), 30, "at most 30, for a date too"),
    (moment(-60), 0, "that moment has passed: nobody waits for less than 0 seconds"),
    ("0", 0, "0 says at once: it is a number like others, and not a missing one"),
    (None, None, "without the header there is nothing to read: None"),
    ("soon", None, NEITHER),
    ("-5", None, NEITHER),
    ("7.5", None, NEITHER),
    ("", None, NEITHER),
]


@contextmanager
def nine_hours_east() -> Iterator[None]:
    """The process's own time is nine hours ahead, so that who takes GMT for it is as wrong here as elsewhere."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "XXX-9"
    time.tzset()
    try:
        yield
    finally:
        del os.environ["TZ"]
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


@chapter.exercise("when-to-come-back")
def when_to_come_back(lab: Lab, answer: Any) -> Iterator[Finding]:
    for header, expected, hint in HEADERS:
        with nine_hours_east():
            happened = in_time(lambda header=header: answer(header, NOW))  # type: ignore[misc]
        yield Finding(f"Retry-After: {header!r}" if header is not None else "no header", expected, happened, hint)


def reader(*, dates: bool = True, cap: bool = True, past: bool = True, nonsense: bool = True, zero: bool = True) -> Any:
    def pause(header: str | None, now: float) -> Any:
        if not header:
            return None
        if header.isdecimal() or not dates:
            seconds = float(int(header))
        else:
            try:
                seconds = email.utils.parsedate_to_datetime(header).timestamp() - now
            except ValueError:
                if nonsense:
                    return None
                raise
        seconds = max(seconds, 0) if past else seconds
        seconds = min(seconds, 30) if cap else seconds
        return seconds if seconds or zero else None

    return pause


when_to_come_back.right(reader())
when_to_come_back.wrong("its timestamp()")(reader(dates=False))
when_to_come_back.wrong("for an hour")(reader(cap=False))
when_to_come_back.wrong("less than 0 seconds")(reader(past=False))
when_to_come_back.wrong("nobody waits")(reader(zero=False))
when_to_come_back.wrong("says nothing: None")(reader(nonsense=False))


@when_to_come_back.right
def by_format(header: str | None, now: float) -> Any:
    text = (header or "").strip()
    if text.isdecimal():
        return min(30, int(text))
    try:
        day = datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None
    return sorted([0, day.timestamp() - now, 30])[1]


@when_to_come_back.wrong("wherever the program runs")
def takes_it_for_local_time(header: str | None, now: float) -> Any:
    if header is None or header.isdecimal():
        return header and min(30, int(header))
    try:
        moment = datetime.strptime(header, "%a, %d %b %Y %H:%M:%S GMT").timestamp()
    except ValueError:
        return None
    return min(30, max(0, moment - now))


@when_to_come_back.wrong("what is neither")
def takes_the_digits_in_front(header: str | None, now: float) -> Any:
    digits = re.match(r"\d+", header or "")
    return min(30, int(digits[0])) if digits else reader()(header, now)


@when_to_come_back.wrong("there is nothing to read")
def trusts_that_there_is_one(header: str, now: float) -> Any:
    if header.isdecimal():
        return min(int(header), 30)
    return min(max(email.utils.parsedate_to_datetime(header).timestamp() - now, 0), 30)


@when_to_come_back.wrong("nothing: None")
def takes_any_number(header: str | None, now: float) -> Any:
    try:
        return None if header is None else max(0, min(int(header), 30))
    except ValueError:
        return reader()(header, now)


# --- all-of-it-in-time

BODY = bytes(range(256)) * 40
SECONDS = 0.6
DRIP_SECONDS, DRIPS = 0.05, 400  # for twenty seconds in all, which nobody waits for


class Dawdler:
    """A server for one request, which answers at once, in pieces, by drops, or not at all."""

    def __init__(self, way: str) -> None:
        self.way, self.over = way, threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}/"
        threading.Thread(target=self.answer, daemon=True).start()

    def answer(self) -> None:
        client, _ = self.listening.accept()
        with client:
            try:
                client.recv(65536)
                self.send(client)
            except OSError:
                return  # the client has given up
            self.over.wait(30)

    def send(self, client: socket.socket) -> None:
        if self.way == "silent":
            return
        body = {"packed": gzip.compress(BODY), "drops": b"x" * DRIPS}.get(self.way, BODY)
        packed = b"Content-Encoding: gzip\r\n" if self.way == "packed" else b""
        client.sendall(b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n" % (packed, len(body)))
        if self.way in ("at once", "packed"):
            client.sendall(body)
        elif self.way == "pieces":
            for start in range(0, len(BODY), len(BODY) // 4):
                client.sendall(BODY[start : start + len(BODY) // 4])
                self.over.wait(DRIP_SECONDS)
        elif self.way == "half":
            client.sendall(BODY[: len(BODY) // 2])
        else:
            for _ in range(DRIPS):
                client.sendall(b"x")
                if self.over.wait(DRIP_SECONDS):
                    return

    def close(self) -> None:
        self.over.set()
        self.listening.close()


def fetched(answer: Any, way: str, seconds: float) -> Any:
    dawdler = Dawdler(way)
    with requests.Session() as session:
        found = in_time(lambda: answer(session, dawdler.url, seconds), seconds=3)
    dawdler.close()
    if isinstance(found, bytes):
        return "the whole body" if found == BODY else f"{len(found)} other bytes"
    name = str(found).partition(":")[0]  # what follows may name a port, or say where in memory something is
    return name if re.search(r"127\.0\.0\.1|0x", str(found)) or name == "TimeoutError" else str(found)


@chapter.exercise("all-of-it-in-time")
def all_of_it_in_time(lab: Lab, answer: Any) -> Iterator[Finding]:
    whole = "return the body, all of it: join the pieces until there is none"
    yield Finding("it comes at once", "the whole body", fetched(answer, "at once", 4), whole)
    yield Finding("it comes in four pieces", "the whole body", fetched(answer, "pieces", 4), whole)
    yield Finding(
        "it comes packed, as many servers send it",
        expected="the whole body",
        happened=fetched(answer, "packed", 4),
        hint="`raw` is what came over the wire. read1 unpacks it with decode_content=True",
    )
    yield Finding(
        "the server says nothing",
        expected="TimeoutError",
        happened=fetched(answer, "silent", SECONDS),
        hint="give the session a time-out as well, and turn its exception into a TimeoutError: they are not related",
    )
    yield Finding(
        "the server stops half-way",
        expected="TimeoutError",
        happened=fetched(answer, "half", SECONDS),
        hint="silence within the body raises another exception than silence before it, and neither is a TimeoutError",
    )
    yield Finding(
        "a byte comes now and then",
        expected="TimeoutError",
        happened=fetched(answer, "drops", SECONDS),
        hint="a time-out counts the silence between two bytes: look at the clock yourself, after each piece that came",
    )


def fetcher(
    *,
    clock: bool = True,
    silence: bool = True,
    within: bool = True,
    part: bool = False,
    once: bool = False,
    unpack: bool = True,
) -> Any:
    def fetch(session: Any, url: str, seconds: float) -> Any:
        end, body = time.monotonic() + seconds, b""
        errors: list[type[Exception]] = [requests.Timeout] * silence + [ReadTimeoutError] * within
        try:
            with session.get(url, timeout=seconds, stream=True) as answer:
                while piece := answer.raw.read1(64 if once else 8192, decode_content=unpack):
                    body += piece
                    if once:
                        break
                    if clock and time.monotonic() > end:
                        if part:
                            return body
                        raise TimeoutError
        except tuple(errors) as error:
            raise TimeoutError from error
        return body

    return fetch


all_of_it_in_time.right(fetcher())
all_of_it_in_time.wrong("all of it")(fetcher(once=True))
all_of_it_in_time.wrong("decode_content")(fetcher(unpack=False))
all_of_it_in_time.wrong("they are not related")(fetcher(silence=False))
all_of_it_in_time.wrong("within the body")(fetcher(within=False))
all_of_it_in_time.wrong("look at the clock")(fetcher(clock=False))
all_of_it_in_time.wrong("look at the clock")(fetcher(part=True))


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


all_of_it_in_time.right(in_pieces(1))
all_of_it_in_time.wrong("look at the clock")(in_pieces(8192))  # which have to fill


@all_of_it_in_time.wrong("they are not related")
def just_a_time_out(session: Any, url: str, seconds: float) -> Any:
    return session.get(url, timeout=seconds).content


@all_of_it_in_time.right
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


@all_of_it_in_time.wrong("look at the clock")
def looks_at_the_clock_afterwards(session: Any, url: str, seconds: float) -> Any:
    end = time.monotonic() + seconds
    try:
        body = session.get(url, timeout=seconds).content
    except (requests.Timeout, requests.ConnectionError) as error:
        raise TimeoutError from error
    if time.monotonic() > end:
        raise TimeoutError
    return body
