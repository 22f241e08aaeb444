"""patient-client: a client that waits as long as it was asked to, and gives up."""

from collections.abc import Iterator
from typing import Any

import requests

import nexus
from nexus import Lab
from nexus.exercises import Finding, attempt, exercise

MOST_REQUESTS = 20
PLACE = "/reception"
Step = tuple[str, str | None]  # a status, and Retry-After where there is one


class EnoughError(BaseException):
    """No answer catches this by accident: it ends a visit that has no end of its own."""


class Reception:
    """A server that answers by a list, its last entry again and again, and a client's visit, on a clock of its own."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.asked = 0
        self.waits: list[float] = []
        self.served = nexus.serve(self._app)

    def _app(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        if environ["PATH_INFO"] != PLACE:  # somebody who looks for a server that had this port before
            start(NOT_FOUND, [])
            return [b""]
        status, seconds = self.steps[min(self.asked, len(self.steps) - 1)]
        self.asked += 1
        start(status, [("Retry-After", seconds)] if seconds else [])
        return [b""]

    def get(self) -> requests.Response:
        if self.asked >= MOST_REQUESTS:
            raise EnoughError
        return requests.get(f"{self.served.url}{PLACE}", timeout=10)

    def wait(self, seconds: float) -> None:
        if isinstance(seconds, str):  # time.sleep takes no text either
            raise TypeError(A_TEXT)
        self.waits.append(float(seconds))
        if len(self.waits) > MOST_REQUESTS:
            raise EnoughError

    def visit(self, answer: Any, tries: int, *steps: Step) -> Any:
        """The status code that the answer comes back with, or in words why there is none."""
        self.steps, self.asked, self.waits = list(steps), 0, []
        try:
            came = attempt(answer, self.get, self.wait, tries)
        except EnoughError:
            return "it never comes back"
        return getattr(came, "status_code", came)

    def waited(self, *named: float) -> list[float]:
        """What the answers named, where the waits are as long or a little longer, to be safe; else the waits."""
        near = len(named) == len(self.waits) and all(a <= b < a + 1 for a, b in zip(named, self.waits, strict=True))
        return list(named) if near else self.waits


OK, FULL, AWAY = "200 OK", "429 Too Many Requests", "503 Service Unavailable"
NOT_FOUND, BROKEN = "404 Not Found", "500 Internal Server Error"
A_TEXT = "wait takes a number, and a header is a text: int(...)"


@exercise("patient-client")
def patient_client(lab: Lab, answer: Any) -> Iterator[Finding]:
    reception = Reception()
    try:
        yield from visits(reception, answer)
    finally:
        reception.served.stop()


def visits(reception: Reception, answer: Any) -> Iterator[Finding]:
    code = reception.visit(answer, 5, (FULL, "2"), (FULL, "3"), (OK, None))
    served = Finding(
        "asked to wait 2 seconds and then 3, it waits, asks again and is served",
        expected=(200, 3, [2, 3]),
        happened=(code, reception.asked, reception.waited(2, 3)),
        hint="what a header says is a text: `wait(int(...))`"
        if A_TEXT in str(code)
        else "`wait` for the seconds in `response.headers['Retry-After']`, each time, before you ask again",
    )
    yield served
    gives_up = after_three_tries(reception, answer, served)
    yield gives_up
    yield Finding(
        "it does not wait after the last try",
        expected=2,
        happened=len(reception.waits),
        hint=served.hint
        if len(reception.waits) < 2 and not served.passed
        else "between three requests there are two waits: who has given up has nothing to wait for",
    )
    yield from returned_at_once(reception, answer, gives_up)
    yield from other_refusals(reception, answer, served)


def after_three_tries(reception: Reception, answer: Any, served: Finding) -> Finding:
    code = reception.visit(answer, 3, (FULL, "1"))
    return Finding(
        "with 3 tries, it asks 3 times and returns the refusal",
        expected=(429, 3),
        happened=(code, reception.asked),
        hint=served.hint
        if A_TEXT in str(code)
        else "`tries` counts requests, the first one included; after the last, return the response",
    )


def returned_at_once(reception: Reception, answer: Any, gives_up: Finding) -> Iterator[Finding]:
    for status, hint in (
        (NOT_FOUND, "only 429 and 503 get better by waiting"),
        (BROKEN, "a 500 is no refusal, so don't send it again: half of the work may have been done"),
    ):
        code = reception.visit(answer, 3, (status, None))
        yield Finding(
            f"a {status[:3]} is returned at once",
            expected=(int(status[:3]), 1, []),
            happened=(code, reception.asked, reception.waits),
            hint=gives_up.hint if reception.asked > 1 and not reception.waits else hint,
        )


def other_refusals(reception: Reception, answer: Any, served: Finding) -> Iterator[Finding]:
    code = reception.visit(answer, 3, (AWAY, "4"), (OK, None))
    yield Finding(
        "a 503 is a refusal, too",
        expected=(200, 2, [4]),
        happened=(code, reception.asked, reception.waited(4)),
        hint="a server that fails closed answers 503, and says when to come back" if code == 503 else served.hint,
    )
    code = reception.visit(answer, 3, (FULL, None), (OK, None))
    yield Finding(
        "a refusal that names no time is asked again after one second",
        expected=(200, 2, [1]),
        happened=(code, reception.asked, reception.waited(1)),
        hint=served.hint
        if reception.asked > 1 and not served.passed
        else "the header may be missing: `headers.get('Retry-After', 1)`",
    )


def retry_after(response: requests.Response) -> int:
    return int(response.headers.get("Retry-After", 1))
