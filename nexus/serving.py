"""An app on a port of its own: `serve` puts what a chapter's cells define behind real HTTP."""

import contextlib
import inspect
import socket
import threading
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, overload

import uvicorn
from a2wsgi import WSGIMiddleware

from nexus.errors import NexusError
from nexus.lab import current

if TYPE_CHECKING:
    from nexus.systems import Role

THREADS = 64  # requests that a WSGI app answers at once
PATIENCE_SECONDS = 2  # how long a stop lets requests under way go on


class _Uvicorn(uvicorn.Server):
    """Uvicorn's server, which says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.settled = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.settled.set()


class Served:
    """An app that answers at `url` until `stop`, until nobody holds this object any more, or until the kernel ends."""

    def __init__(self, app: Callable[..., Any]) -> None:
        listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            app if _is_asgi(app) else WSGIMiddleware(app, workers=THREADS),
            log_config=None,
            access_log=False,
            proxy_headers=False,  # no proxy is in front: what a client says of its address is not to be believed
            timeout_graceful_shutdown=PATIENCE_SECONDS,
        )
        server = _Uvicorn(config)
        thread = threading.Thread(target=_run, args=(server, listening), name="nexus.serve", daemon=True)
        thread.start()
        server.settled.wait()
        if not server.started:
            raise NexusError("the app did not start: its lifespan raised an exception or refused")
        self.stop = weakref.finalize(self, _stop, server, thread)

    def __repr__(self) -> str:
        return "an app that answers at .url"  # not the url itself: the port differs with each run


@overload
def serve(app: Callable[..., Any]) -> Served: ...
@overload
def serve(app: str, **settings: Any) -> "Role": ...
def serve(app: Callable[..., Any] | str, **settings: Any) -> "Served | Role":
    """Serve an app, or a role of the systems, on a free port of the loopback address. Returns once it answers.

    app: a WSGI or ASGI app, served from a thread of this process; a WSGI app answers 64 requests at once. Or the name
    of a role, such as "api" or "worker", served on the room that was opened last, by processes tied to this one; a
    worker's mail goes to `lab.inbox`, and payments to the `lab.own("provider")` that was opened last, if one was.
    settings: of the systems, such as workers=4 or booking_pending_hours=1.
    Raises NexusError for what is no app, and for one that does not start.
    """
    if isinstance(app, str):
        from nexus.systems import serve_role

        return serve_role(current(), app, settings)
    if not callable(app):
        raise NexusError(f"nexus.serve takes a WSGI or ASGI app, which is a callable, not {type(app).__name__}")
    return Served(app)


def _is_asgi(app: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None))  # noqa: B004


def _run(server: _Uvicorn, listening: socket.socket) -> None:
    with listening, contextlib.suppress(SystemExit):  # which uvicorn raises where an app does not start
        server.run(sockets=[listening])
    server.settled.set()


def _stop(server: _Uvicorn, thread: threading.Thread) -> None:
    server.should_exit = True
    if thread is not threading.current_thread():
        thread.join()
