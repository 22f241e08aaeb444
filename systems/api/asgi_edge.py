"""The edge (edge.py) for an ASGI server.

Django takes a body in chunks for an empty one here, too. And it writes a body to the disk as long as bytes come, before
it looks at how long it may be.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings

from systems.api.edge import REFUSAL, UnreadBody, check_address, check_content_type, too_large
from systems.api.problems import BAD_REQUEST, Problem

Scope = dict[str, Any]
Event = Mapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
FRAMING = {b"content-length", b"transfer-encoding"}


class AsgiEdge:
    """An ASGI application that hands on whole bodies of a known length, and a charset that is UTF-8."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._application(scope, receive, send)
        body, checked, dropped = b"", {**scope}, FRAMING
        try:
            body = await _read_body(scope, receive)
            _check(scope)
        except ConnectionError:  # there is nobody to answer
            return None
        except Problem as problem:  # whose cause Django's request would stumble over, too
            checked.update({REFUSAL: problem, "query_string": b"", "path": "/"})
            dropped = FRAMING | {b"content-type"}
            send = _closing(send) if isinstance(problem, UnreadBody) else send
        headers = [(name, value) for name, value in scope["headers"] if name not in dropped]
        checked["headers"] = [*headers, (b"content-length", b"%d" % len(body))]
        return await self._application(checked, _first(body, receive), send)


def _check(scope: Scope) -> None:
    try:
        check_address(scope["path"], scope["query_string"].decode())
    except UnicodeDecodeError as error:
        raise Problem(BAD_REQUEST, "the address is not UTF-8") from error
    types = [value.decode("latin-1") for name, value in scope["headers"] if name == b"content-type"]
    check_content_type(",".join(types))


async def _read_body(scope: Scope, receive: Receive) -> bytes:
    body, limit, more = bytearray(), settings.DATA_UPLOAD_MAX_MEMORY_SIZE, True
    lengths = [int(value) for name, value in scope["headers"] if name == b"content-length"]
    while more and len(body) <= limit >= max(lengths, default=0):
        message = await receive()
        if message["type"] != "http.request":
            raise ConnectionError("the client is gone")
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if more or len(body) > limit:
        raise too_large()
    return bytes(body)


def _first(body: bytes, receive: Receive) -> Receive:
    """Receives this body, and after it nothing but that the client is gone: the rest of a refused one is dropped."""
    whole: list[Event] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Event:
        if whole:
            return whole.pop()
        while (message := await receive())["type"] == "http.request":
            pass
        return message

    return received


def _closing(send: Send) -> Send:
    async def sent(event: Event) -> None:
        if event["type"] == "http.response.start":
            event = {**event, "headers": [*event["headers"], (b"connection", b"close")]}
        await send(event)

    return sent
