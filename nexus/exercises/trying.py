"""Calling what a learner wrote: whatever it raises becomes words, and nothing it does holds the check."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy.exc import DBAPIError


class OutOfTimeError(KeyboardInterrupt):
    """A check's time is over. Like an interrupt, so that psycopg cancels its query, and no `except Exception` helps."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTimeError within the block, wherever it is after so many seconds.

    This holds in the main thread, where a notebook's cells run, and for all that Python can interrupt: a loop, a sleep,
    a wait for a lock, a socket or a thread, but not one long call into C, such as `9**9**9`. In any other thread
    nothing can be interrupted, and the block has no limit. Where a timer was running (pytest-timeout's), it goes on
    afterwards with what is left of its time.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    began, former = time.monotonic(), signal.signal(signal.SIGALRM, _ring)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:  # also where the alarm rang in the line above
        signal.signal(signal.SIGALRM, former)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - began), 0.001), interval)


def _ring(number: int, frame: Any) -> None:
    raise OutOfTimeError


def attempt(call: Callable[..., Any], *arguments: Any) -> Any:
    """What the call returns or, in words, what it raised: either way something to show beside what was expected."""
    try:
        return call(*arguments)
    except Exception as error:
        return said(error)


def in_threads(calls: Sequence[Callable[[], Any]], seconds: float, otherwise: Any) -> list[Any]:
    """What the calls return, each in a thread of its own; `otherwise` for one that returns nothing within the time.

    For calls that have to run at once. A call that may raise is wrapped in `attempt`.
    """
    results = [otherwise] * len(calls)

    def run(number: int) -> None:
        with suppress(SystemExit):
            results[number] = calls[number]()

    threads = [threading.Thread(target=run, args=[number], daemon=True) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return results


def said(error: BaseException) -> str:
    """The error in a line. Of a database's, its own words, without those that SQLAlchemy wraps around them."""
    if isinstance(error, DBAPIError) and error.orig:
        error = error.orig
    return f"{type(error).__name__}: {error}".partition("\n")[0]
