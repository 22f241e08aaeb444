"""Right and wrong answers to true-retry-after of 41b-rate-limits-over-http."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from exercises.rate_limits_over_http.limiter import Clocked
from exercises.rate_limits_over_http.true_retry_after import true_retry_after
from tests.exercises.answers import Answers

answers = Answers(true_retry_after)

Start = Callable[..., Any]
App = Callable[[dict[str, Any], Start], Any]


def refuse(start: Start, retry_after: Any, status: str = "429 Too Many Requests") -> list[bytes]:
    start(status, [("Retry-After", retry_after)] if retry_after is not None else [])
    return [b"Too many requests"]


def that_says(retry_after: Callable[[float], Any]) -> Any:
    """An answer that is right, apart from how it puts the wait into words."""

    def limited(app: App, limiter: Clocked) -> App:
        def guarded(environ: dict[str, Any], start: Start) -> Any:
            decision = limiter.hit(environ["REMOTE_ADDR"])
            return app(environ, start) if decision.admitted else refuse(start, retry_after(decision.retry_after))

        return guarded

    return limited


answers.right(that_says(lambda wait: f"{-int(-wait // 1)}"))
answers.wrong("round up")(that_says(lambda wait: str(int(wait))))
answers.wrong("round up")(that_says(lambda wait: str(round(wait))))
answers.wrong("adding one")(that_says(lambda wait: str(int(wait) + 1)))
answers.wrong("whole seconds")(that_says(str))
answers.wrong("whole seconds")(that_says(lambda wait: f"{math.ceil(wait)} s"))
answers.wrong("pairs of texts")(that_says(lambda wait: None))
answers.wrong("pairs of texts")(that_says(math.ceil))


@answers.wrong("reset_after")
def waits_for_all(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Any:
        decision = limiter.hit(environ["REMOTE_ADDR"])
        return app(environ, start) if decision.admitted else refuse(start, str(math.ceil(decision.reset_after)))

    return guarded


@answers.wrong("call `app` only")
def works_first(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Any:
        body = app(environ, start)
        decision = limiter.hit(environ["REMOTE_ADDR"])
        return body if decision.admitted else refuse(start, str(math.ceil(decision.retry_after)))

    return guarded


@answers.wrong("everybody's limit")
def counts_all_as_one(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Any:
        decision = limiter.hit(environ["PATH_INFO"])
        return app(environ, start) if decision.admitted else refuse(start, str(math.ceil(decision.retry_after)))

    return guarded


@answers.wrong("answer 429")
def forbids(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Any:
        decision = limiter.hit(environ["REMOTE_ADDR"])
        if decision.admitted:
            return app(environ, start)
        return refuse(start, str(math.ceil(decision.retry_after)), "403 Forbidden")

    return guarded


@answers.wrong("what a client says")
def believes_any_header(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Any:
        decision = limiter.hit(environ.get("HTTP_X_FORWARDED_FOR", environ["REMOTE_ADDR"]))
        return app(environ, start) if decision.admitted else refuse(start, str(math.ceil(decision.retry_after)))

    return guarded


@answers.wrong("keep the decision")
def asks_again(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Any:
        guest = environ["REMOTE_ADDR"]
        if limiter.hit(guest).admitted:
            return app(environ, start)
        return refuse(start, str(math.ceil(limiter.hit(guest).retry_after)))

    return guarded


@answers.wrong("call it")
def forgets_the_app(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Any:
        decision = limiter.hit(environ["REMOTE_ADDR"])
        if not decision.admitted:
            return refuse(start, str(math.ceil(decision.retry_after)))
        start("200 OK", [])
        return [b"you may pass"]

    return guarded


@answers.right
def in_pieces(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Iterator[bytes]:
        decision = limiter.hit(environ["REMOTE_ADDR"])
        if decision.admitted:
            yield from app(environ, start)
        else:
            start("429 Too Many Requests", [("retry-after", str(math.ceil(decision.retry_after)))])

    return guarded


@answers.wrong("at every request")
def decides_once(app: App, limiter: Clocked) -> App:
    decision = limiter.hit("everybody")
    return app if decision.admitted else lambda environ, start: refuse(start, str(math.ceil(decision.retry_after)))
