"""Right and wrong answers to when-to-come-back of 11c-http-clients."""

import email.utils
import re
from datetime import UTC, datetime
from typing import Any

from exercises.http_clients.when_to_come_back import when_to_come_back
from tests.exercises.answers import Answers

answers = Answers(when_to_come_back)


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


answers.right(reader())
answers.wrong("its timestamp()")(reader(dates=False))
answers.wrong("for an hour")(reader(cap=False))
answers.wrong("less than 0 seconds")(reader(past=False))
answers.wrong("nobody waits")(reader(zero=False))
answers.wrong("says nothing: None")(reader(nonsense=False))


@answers.right
def by_format(header: str | None, now: float) -> Any:
    text = (header or "").strip()
    if text.isdecimal():
        return min(30, int(text))
    try:
        day = datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None
    return sorted([0, day.timestamp() - now, 30])[1]


@answers.wrong("wherever the program runs")
def takes_it_for_local_time(header: str | None, now: float) -> Any:
    if header is None or header.isdecimal():
        return header and min(30, int(header))
    try:
        moment = datetime.strptime(header, "%a, %d %b %Y %H:%M:%S GMT").timestamp()
    except ValueError:
        return None
    return min(30, max(0, moment - now))


@answers.wrong("what is neither")
def takes_the_digits_in_front(header: str | None, now: float) -> Any:
    digits = re.match(r"\d+", header or "")
    return min(30, int(digits[0])) if digits else reader()(header, now)


@answers.wrong("there is nothing to read")
def trusts_that_there_is_one(header: str, now: float) -> Any:
    if header.isdecimal():
        return min(int(header), 30)
    return min(max(email.utils.parsedate_to_datetime(header).timestamp() - now, 0), 30)


@answers.wrong("nothing: None")
def takes_any_number(header: str | None, now: float) -> Any:
    try:
        return None if header is None else max(0, min(int(header), 30))
    except ValueError:
        return reader()(header, now)
