"""when-to-come-back: read Retry-After, in each of its forms."""

import email.utils
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise

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


@exercise("when-to-come-back")
def when_to_come_back(lab: Lab, answer: Any) -> Iterator[Finding]:
    for header, expected, hint in HEADERS:
        with nine_hours_east():
            happened = attempt(answer, header, NOW)
        yield Finding(f"Retry-After: {header!r}" if header is not None else "no header", expected, happened, hint)
