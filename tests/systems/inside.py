"""The WSGI application in this process: what a web server would hand on, without a socket."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from io import BytesIO
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from tests.systems.wire import Reply


@contextmanager
def one_connection() -> Iterator[None]:
    """Keep the test's transaction open, whose connection Django would close around each request."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def environ_of(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> dict[str, Any]:
    """What a web server would make of the request."""
    address, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote_to_bytes(address).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "testserver",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(body or b""),
        "wsgi.url_scheme": "http",
    }
    if body is not None:
        environ["CONTENT_LENGTH"] = str(len(body))
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value.strip(" \t")
    return environ


def send(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
    """An exception of the application's is one here: a web server would answer 500 with a page of its own."""
    from systems.wsgi import application

    environ = environ_of(method, path, headers, body)
    with one_connection():
        started: list[Any] = []
        answer = application(environ, cast(Any, lambda *arguments: started.append(arguments)))
        content = b"".join(answer)
        answer.close()  # type: ignore[attr-defined]
    status, pairs = started[0][:2]
    found = Message()
    for name, value in pairs:
        found[name] = value
    return Reply(int(status.split()[0]), found, content, closes=False)
