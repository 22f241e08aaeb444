"""send-it-again: which request may be sent again, after which answer."""

from collections.abc import Iterator
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, exercise

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


@exercise("send-it-again")
def send_it_again(lab: Lab, answer: Any) -> Iterator[Finding]:
    for method, keyed, status, expected, hint in CASES:
        what = f"{method}{' with a key' if keyed else ''}, {status or 'no answer'}"
        yield Finding(what, expected, bool(answer(method, keyed, status)), hint)
