"""what-to-tell: what to say to a guest about an answer that is a problem."""

import json
from collections.abc import Iterator
from typing import Any

import requests

import nexus
from nexus import Lab
from nexus.exercises import Finding, attempt, exercise

NOT_JSON = "the body is whatever the one in between likes: where it is no JSON object, the reason of the status is left"
CANNED = {
    "a type of the table": (
        "409 Conflict",
        {"type": "/problems/dates-taken", "title": "These nights are taken"},
        "choose other nights",
        "the type is a key of ADVICE",
    ),
    "the same kind of type, as a whole address": (
        "409 Conflict",
        {"type": "https://api.example.com/problems/request-in-progress", "title": "Under way"},
        "wait a moment",
        "of an address, the path is what is in the table: urlsplit(...).path",
    ),
    "a type that nobody knew last year": (
        "402 Payment Required",
        {"type": "/problems/card-declined", "title": "The card was declined"},
        "The card was declined",
        "what is not in the table has a title for people",
    ),
    "a type that looks like one of the table": (
        "409 Conflict",
        {"type": "https://cards.example.com/errors/dates-taken", "title": "The card has other dates"},
        "The card has other dates",
        "compare the whole path: a part of it may be in other types, too",
    ),
    "a type that begins like one of the table": (
        "409 Conflict",
        {"type": "/problems/dates-taken-twice", "title": "Two have these nights"},
        "Two have these nights",
        "compare the whole path: a part of it may be in other types, too",
    ),
    "a problem without a type": (
        "403 Forbidden",
        {"title": "Not today"},
        "Not today",
        "every member may be missing, the type too: use `get`",
    ),
    "a problem without anything": (
        "404 Not Found",
        {},
        "Not Found",
        "without a title, the reason of the status is left",
    ),
    "a problem whose members are null": (
        "404 Not Found",
        {"type": None, "title": None},
        "Not Found",
        "null is no type and no title: `or` goes on to the next, where `get` with a second value does not",
    ),
    "the page of a proxy": ("502 Bad Gateway", "<h1>Bad Gateway</h1>", "Bad Gateway", NOT_JSON),
    "a list": ("500 Internal Server Error", ["oops"], "Internal Server Error", NOT_JSON),
}


def canned(environ: dict[str, Any], start: Any) -> list[bytes]:
    status, body, *_ = list(CANNED.values())[int(environ["PATH_INFO"].strip("/"))]
    html = isinstance(body, str)
    start(status, [("Content-Type", "text/html" if html else "application/problem+json")])
    return [str(body if html else json.dumps(body)).encode()]


@exercise("what-to-tell")
def what_to_tell(lab: Lab, answer: Any) -> Iterator[Finding]:
    served = nexus.serve(canned)
    for number, (what, (*_, expected, hint)) in enumerate(CANNED.items()):
        response = requests.get(f"{served.url}/{number}", timeout=30)
        yield Finding(what, expected, attempt(answer, response), hint)
    served.stop()
