"""What both programs' HTTP has in common, on Tornado.

They listen on this machine alone. A browser on it also runs pages of other sites, which can send requests here: so a
request must be addressed to this machine by name (no DNS rebinding), one that changes something must not come from
another site's page, and no page of ours runs a script or loads anything from elsewhere.
"""

import asyncio
import json
import signal
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

FOLDER = Path(__file__).parent
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
READING = ("GET", "HEAD", "OPTIONS")
MOST_BYTES = 64 * 1024  # of a request's body, and of its headers
IDLE_SECONDS = 120  # a connection that asks nothing for so long is closed
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class RefusedError(HTTPError):
    """An answer with an error status and one line that says why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(status)
        self.why = why


class Handler(RequestHandler):
    """A page or a resource. The application's setting "hosts" names what else, but loopback names, it is called."""

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        # Not "no-referrer": a browser would then hide the Origin of our own forms too.
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")

    def prepare(self) -> Awaitable[None] | None:
        if self.request.host_name not in LOOPBACK | self.settings.get("hosts", frozenset()):
            raise RefusedError(421, "this server answers on this machine's loopback names only")
        origin = self.request.headers.get("Origin")
        if self.request.method not in READING and origin and urlsplit(origin).netloc != self.request.host:
            raise RefusedError(403, "a page of another site may not send this")
        return None

    def json_body(self) -> dict[str, Any]:
        """The request's JSON object. Raises RefusedError (415, 400) for anything else."""
        if not self.has_type("application/json"):
            raise RefusedError(415, "send JSON, with the header Content-Type: application/json")
        try:
            body = json.loads(self.request.body, parse_constant=_no_constant)
            json.dumps(
                body, ensure_ascii=False
            ).encode()  # a half of a character can be written in JSON, and not stored
        except (ValueError, RecursionError):
            raise RefusedError(400, "the body is not JSON") from None
        if not isinstance(body, dict):
            raise RefusedError(400, "the body must be a JSON object")
        return body

    def has_type(self, media: str) -> bool:
        return self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower() == media

    def wants_page(self) -> bool:
        """Whether a browser asks, and not a program."""
        return "text/html" in self.request.headers.get("Accept", "")

    def write_error(self, status_code: int, **about: Any) -> None:
        error = about.get("exc_info", (None, None))[1]
        self.finish({"error": error.why if isinstance(error, RefusedError) else self._reason})


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON, though Python reads it")


class NoSuchPage(Handler):
    """For every address that no handler has."""

    def prepare(self) -> None:
        super().prepare()
        raise RefusedError(404, "there is no such page")


class Ready(Handler):
    def get(self) -> None:
        self.write({"status": "ready"})


class Style(Handler):
    text = (FOLDER / "style.css").read_text(encoding="utf-8")

    def get(self) -> None:
        self.set_header("Content-Type", "text/css; charset=utf-8")
        self.write(self.text)


def application(handlers: list[Any], hosts: frozenset[str]) -> Application:
    """hosts: names beside loopback's, such as a container's."""
    common = [("/readyz", Ready), ("/style.css", Style)]
    settings: dict[str, Any] = {
        "template_path": str(FOLDER / "templates"),
        "default_handler_class": NoSuchPage,
        "hosts": hosts,
        "log_function": lambda handler: None,  # the log is for errors
    }
    return Application([*common, *handlers], **settings)


async def serve(app: Application, host: str, port: int) -> None:
    """Answer until SIGTERM or SIGINT. Raises OSError where the port is taken."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    server = HTTPServer(app, max_body_size=MOST_BYTES, max_header_size=MOST_BYTES, idle_connection_timeout=IDLE_SECONDS)
    server.add_sockets(bind_sockets(port, host, backlog=1024))
    await ended.wait()
    server.stop()
    await server.close_all_connections()
