"""Between the web server and Django: what Django's request can't read, or reads wrongly, is settled before it is made.

A body in chunks has no Content-Length, by which Django reads: it would be taken for an empty one. A charset is looked
up among Python's codecs, rot13 and base64 with them, while the request is made, outside of all that catches errors.
What is refused here is answered by Django all the same (`refuse`), so that it leaves in the shape of all problems.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from socket import socket
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_header_parameters

from systems.api import handlers, problems
from systems.api.problems import Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REFUSAL = "systems.refusal"  # in the environ or the scope: the problem that the edge has found
UTF_8 = {"utf-8", "utf8"}
# Of a body that is too large, after the answer: a client that sends all before it reads gets to see why.
DISCARD_BYTES, DISCARD_SECONDS, PIECE = 10_000_000, 2, 65_536
View = Callable[[HttpRequest], HttpResponse]


class Edge:
    """A WSGI application that hands on whole bodies of a known length, and a charset that is UTF-8."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        sent, body = environ["wsgi.input"], b""
        try:
            body = _read_body(environ)
            check_address(environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""))
            check_content_type(environ.get("CONTENT_TYPE", ""))
        except Problem as problem:  # whose cause Django's request would stumble over, too
            environ.update({REFUSAL: problem, "CONTENT_TYPE": "", "QUERY_STRING": "", "PATH_INFO": "/"})
        unread = isinstance(environ.get(REFUSAL), UnreadBody)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ.update({"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})
        if not unread:
            return self._application(environ, start_response)
        answer = self._application(environ, _closing(environ, start_response))
        return _ThenDiscard(answer, sent, environ.get("gunicorn.socket"))


def refuse(get_response: View) -> View:
    """Middleware: answers what the edge has refused, and hides cookies that no program of ours has set.

    What a cookie holds is taken apart by Python's own rules, by which it can hold a NUL, and then looked up in SQL.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        problem = request.META.get(REFUSAL) or getattr(request, "scope", {}).get(REFUSAL)
        if problem:
            return handlers.answer(problem)
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if value.isprintable()}
        return get_response(request)

    return answer


class UnreadBody(Problem):
    """It leaves the rest of a body unread, so nobody knows where the next request would begin."""


class _ThenDiscard:
    """An answer, after which some more of the body is read. Else a client that is still sending gets a reset."""

    def __init__(self, answer: Iterable[bytes], sent: Any, connection: socket | None) -> None:
        self._answer, self._sent, self._connection = answer, sent, connection

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        if hasattr(self._answer, "close"):
            self._answer.close()
        if self._connection:
            with suppress(Exception):  # the client is gone or too slow, or its chunks are none
                self._discard(self._connection, monotonic() + DISCARD_SECONDS)

    def _discard(self, connection: socket, until: float) -> None:
        left, piece = DISCARD_BYTES, b"-"
        while piece and left > 0 and (wait := until - monotonic()) > 0:
            connection.settimeout(wait)
            piece = self._sent.read(PIECE)
            left -= len(piece)


def _read_body(environ: "WSGIEnvironment") -> bytes:
    limit, in_chunks = settings.DATA_UPLOAD_MAX_MEMORY_SIZE, "HTTP_TRANSFER_ENCODING" in environ
    length = limit + 1 if in_chunks else int(environ.get("CONTENT_LENGTH") or 0)
    if length > limit and not in_chunks:
        raise too_large()
    try:
        body: bytes = environ["wsgi.input"].read(length)
    except OSError:  # the client is gone
        raise
    except Exception as error:  # each web server has its own for chunks that are none
        raise UnreadBody(problems.BAD_REQUEST, "the body is not in chunks as HTTP has them") from error
    if len(body) > limit:
        raise too_large()
    if len(body) < length and not in_chunks:
        raise UnreadBody(problems.BAD_REQUEST, "the body is shorter than its Content-Length")
    return body


def too_large() -> "UnreadBody":
    return UnreadBody(problems.CONTENT_TOO_LARGE, handlers.largest_body())


def check_address(path: str, query: str) -> None:
    """Nothing of ours has a NUL in its name, and Postgres takes none: there is no need to ask it."""
    if "\x00" in path or "%00" in query:
        raise Problem(problems.BAD_REQUEST, "an address must not contain a NUL, %00")


def check_content_type(content_type: str) -> None:
    try:
        _, parameters = parse_header_parameters(content_type)
    except Exception as error:  # it is read by a parser of e-mails, which raises what it likes
        raise Problem(problems.UNSUPPORTED_MEDIA_TYPE, "the Content-Type cannot be read") from error
    charsets = {str(value).lower() for name, value in parameters.items() if name.lower() == "charset"}
    if charsets - UTF_8:
        raise Problem(problems.UNSUPPORTED_MEDIA_TYPE, "the charset must be utf-8")


def _closing(environ: "WSGIEnvironment", start_response: "StartResponse") -> "StartResponse":
    """Have the server say `Connection: close`. WSGI has no word for it, and forbids the header to applications.

    gunicorn's response has a method; the adapter of uvicorn hands the header on; wsgiref reads the rest by itself.
    """
    response: Any = getattr(start_response, "__self__", None)
    if hasattr(response, "force_close"):
        response.force_close()
    if "asgi.scope" not in environ:
        return start_response
    return lambda status, headers, *error: start_response(status, [*headers, ("Connection", "close")], *error)
