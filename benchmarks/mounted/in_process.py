"""Run by the `shell` of the systems: what a request costs in their process, with no socket between.

The calls of functions and the statements of SQL are the same on any machine, however busy it is. Each request is made
from another depth of the stack, for the reason that is given in benchmarks/graph_worker.py.
"""

import cProfile
import io
import json
import pstats
import statistics
import sys
import time
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.test.utils import CaptureQueriesContext
from measured import application  # type: ignore[import-not-found]  # it is beside this file, which is no package

WARM = 10
PIECE = 128  # calls of `deeper` that fill a piece of Python's stack
Request = dict[str, Any]  # as benchmarks.api_client has it


def measure(line: str) -> None:
    """line: JSON, how many times, and requests by name. Prints a line of JSON with what each costs."""
    times, requests = json.loads(line)
    sys.stdout.write(f"{json.dumps({name: costs(request, times) for name, request in requests.items()})}\n")


def costs(request: Request, times: int) -> dict[str, float]:
    """Milliseconds, of the clock and of the processor, and counts."""
    for _ in range(WARM):
        undo(request, send(request))
    seen = [deeper(number * PIECE // times, request) for number in range(times)]
    with CaptureQueriesContext(connection) as said:
        made = send(request)
    statements = len(said)  # now: the next request empties Django's log
    undo(request, made)
    profile = cProfile.Profile()
    undo(request, profile.runcall(send, request))
    return {
        "inside": round(statistics.median(wall for wall, _ in seen) * 1000, 4),
        "inside_cpu": round(statistics.median(used for _, used in seen) * 1000, 4),
        "calls": pstats.Stats(profile).total_calls,  # type: ignore[attr-defined]
        "statements": statements,
    }


def deeper(calls: int, request: Request) -> tuple[float, float]:
    return deeper(calls - 1, request) if calls else timed(request)


def timed(request: Request) -> tuple[float, float]:
    """Seconds, of the clock and of the processor."""
    began, used = time.perf_counter(), time.thread_time()
    made = send(request)
    took = time.perf_counter() - began, time.thread_time() - used
    undo(request, made)
    return took


def undo(request: Request, made: bytes) -> None:
    """Take back what a request did, so that it can be sent again."""
    if request["undo"]:
        path = request["undo"].format(**json.loads(made))
        send({**request, "url": path, "body": "", "status": 200})


def send(request: Request) -> bytes:
    """The body of the answer."""
    seen: list[str] = []

    def start_response(status: str, *_: Any) -> Any:
        seen.append(status)

    answer = application(environ_of(request), start_response)
    body = b"".join(answer)
    answer.close()
    if not seen[0].startswith(str(request["status"])):
        raise RuntimeError(f"{request['url']}: {seen[0]} {body[:500]!r}")
    return body


def environ_of(request: Request) -> dict[str, Any]:
    """What a web server would make of the request."""
    sent, url = request["body"].encode(), urlsplit(request["url"])
    return {
        "REQUEST_METHOD": request["method"],
        "PATH_INFO": url.path,
        "QUERY_STRING": url.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json" if sent else "",
        "CONTENT_LENGTH": str(len(sent)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(sent),
        "wsgi.errors": sys.stderr,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request["headers"].items()},
    }
