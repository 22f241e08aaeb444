"""A client that costs next to nothing: bytes that were made before, on a connection that stays open."""

import json
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

PATIENCE_SECONDS = 30
PIECE = 65_536
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """url: a path. status: of the right answer. undo: the path of what takes it back, made of the answer's members."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    status: int = 200
    undo: str = ""

    def raw(self) -> bytes:
        """The bytes, ready to send."""
        sent = self.body.encode()
        of_body = {"Content-Type": "application/json", "Content-Length": str(len(sent))} if sent else {}
        lines = [f"{name}: {value}" for name, value in {**self.headers, **of_body}.items()]
        return "\r\n".join([f"{self.method} {self.url} HTTP/1.1", *lines, "", ""]).encode() + sent


def request(site: str, method: str, url: str, token: str = "", body: Any = None, **more: Any) -> Request:
    """site: the address to name as the host. body: as JSON."""
    who = {"Authorization": f"Bearer {token}"} if token else {}
    headers = {"Host": urlsplit(site).netloc, "Accept": "application/json", **who}
    return Request(method, url, headers, "" if body is None else json.dumps(body), **more)


class Connection:
    """One connection to a server, for one thread. sent: how many requests."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.sent = 0
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def act(self, request: Request, raw: bytes) -> float:
        """Send a request, whose bytes were made before, and take back what it did. Returns its seconds alone."""
        began = time.perf_counter()
        made = self.send(raw, request.status)
        took = time.perf_counter() - began
        if request.undo:
            path = request.undo.format(**json.loads(made))
            self.send(Request("POST", path, request.headers).raw(), 200)
        return took

    def send(self, raw: bytes, status: int) -> bytes:
        """The body of the answer. Raises RuntimeError where it has another status."""
        self._socket.sendall(raw)
        self.sent += 1
        seen = bytearray()
        while (end := seen.find(b"\r\n\r\n")) < 0:
            seen += self._more()
        found = LENGTH.search(seen, 0, end + 2)
        whole = end + 4 + (int(found[1]) if found else 0)
        while len(seen) < whole:
            seen += self._more()
        if int(seen[9:12]) != status:
            raise RuntimeError(f"{raw.splitlines()[0]!r}: {bytes(seen[:1000])!r}")
        return bytes(seen[end + 4 :])

    def close(self) -> None:
        self._socket.close()

    def _more(self) -> bytes:
        if piece := self._socket.recv(PIECE):
            return piece
        raise RuntimeError("the server has closed the connection in the middle of an answer")
