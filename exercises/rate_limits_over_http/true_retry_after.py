"""true-retry-after: a guard around an app whose 429 says the truth."""

import re
from collections.abc import Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

from exercises.rate_limits_over_http.limiter import Clocked
from nexus import Lab
from nexus.exercises import Finding, exercise, unless_failed


class Guarded:
    """An app behind the answer, asked without a network, so that guests can have addresses of their own."""

    def __init__(self, answer: Any, limiter: Clocked) -> None:
        self.worked = 0
        self._app = answer(self._work, limiter)

    def _work(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.worked += 1
        start_response("200 OK", [])
        return [b"a flat"]

    def ask(self, address: str, forwarded: str | None = None) -> tuple[str, str | None]:
        """The status code, and what Retry-After says. Raises TypeError for what no server would take."""
        environ: dict[str, Any] = {}
        setup_testing_defaults(environ)
        environ["REMOTE_ADDR"] = address
        if forwarded:
            environ["HTTP_X_FORWARDED_FOR"] = forwarded
        said: list[Any] = []

        def start_response(status: str, headers: Any, exc_info: Any = None) -> None:
            if not isinstance(status, str):
                raise TypeError("the status is a text: '429 Too Many Requests'")
            if not isinstance(headers, list) or not all(isinstance(pair, tuple) for pair in headers):
                raise TypeError("the headers are a list of pairs: [('Retry-After', ...)]")
            said[:] = [status, headers]

        body = self._app(environ, start_response)
        if body is None or callable(body) or not all(isinstance(part, bytes) for part in body):
            raise TypeError("what an app returns is a list of bytes, such as [b'Too many requests']")
        if not said:
            raise TypeError("an app calls start_response(status, headers) before it returns")
        status, headers = said
        return status[:3], next((value for name, value in headers if name.lower() == "retry-after"), None)


WHOLE_SECONDS = "the headers are a list of pairs of texts, and this field takes whole seconds: no point, no unit"


@exercise("true-retry-after")
def true_retry_after(lab: Lab, answer: Any) -> Iterator[Finding]:
    limiter = Clocked(lab, limit=2, period=5)
    guarded = Guarded(answer, limiter)
    codes = [guarded.ask("203.0.113.1")[0] for _ in range(2)]
    code, seconds = guarded.ask("203.0.113.1")
    refuses = Finding(
        "of a limit of two, two pass and the third gets 429",
        expected=["200", "200", "429"],
        happened=[*codes, code],
        hint="ask `limiter.hit(...)` at every request, and answer 429 where `.admitted` is false",
    )
    yield refuses
    yield from work_and_questions(guarded, limiter, refuses)
    yield from whom_it_counts(guarded, refuses)
    digits = isinstance(seconds, str) and bool(re.fullmatch(r"\d+", seconds))
    yield Finding(
        "Retry-After is a whole number of seconds",
        expected="digits",
        happened="digits" if digits else seconds,
        hint=unless_failed(refuses, WHOLE_SECONDS),
    )
    if digits and seconds:
        yield from how_long_it_says(guarded, limiter, seconds)


def work_and_questions(guarded: Guarded, limiter: Clocked, refuses: Finding) -> Iterator[Finding]:
    yield Finding(
        "the app did no work for the one that was refused",
        expected=2,
        happened=guarded.worked,
        hint="decide first, and call `app` only for who is admitted"
        if guarded.worked > 2
        else unless_failed(refuses, "who is admitted gets what `app` returns: call it"),
    )
    yield Finding(
        "three requests, three questions to the limiter",
        expected=3,
        happened=limiter.asked,
        hint=unless_failed(refuses, "ask once and keep the decision: a second question counts as a second request"),
    )


def whom_it_counts(guarded: Guarded, refuses: Finding) -> Iterator[Finding]:
    yield Finding(
        "another address has a limit of its own",
        expected="200",
        happened=guarded.ask("203.0.113.2")[0],
        hint="the guest to count is `environ['REMOTE_ADDR']`: one key for all lets one guest use up everybody's limit",
    )
    yield Finding(
        "who is refused is refused with a forged X-Forwarded-For as well",
        expected="429",
        happened=guarded.ask("203.0.113.1", forwarded="198.51.100.1")[0],
        hint=unless_failed(
            refuses, "count by `environ['REMOTE_ADDR']` and nothing else: a header is what a client says"
        ),
    )


def how_long_it_says(guarded: Guarded, limiter: Clocked, seconds: str) -> Iterator[Finding]:
    limiter.now = float(seconds)
    yield Finding(
        "a guest who comes back after so many seconds passes",
        expected="200",
        happened=guarded.ask("203.0.113.1")[0],
        hint="half a second too early is too early: round up",
    )
    limiter.now = 10
    for _ in range(2):
        guarded.ask("203.0.113.3")
    limiter.now = 10.5
    yield Finding(
        "a wait of exactly two seconds stays two",
        expected="2",
        happened=guarded.ask("203.0.113.3")[1],
        hint="`math.ceil(decision.retry_after)`: adding one, or `reset_after`, makes others wait for nothing",
    )
