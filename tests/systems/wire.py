"""The systems over a real socket: the very bytes that leave and arrive, which Django's test client never sees."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from nexus.systems import Role

PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Reply:
    """closes: whether the server ends the connection after this answer."""

    status: int
    headers: Message
    body: bytes
    closes: bool

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """Sends bytes to a role of the systems, each time on a connection of its own."""

    def __init__(self, served: Role) -> None:
        self.served = served
        where = urlsplit(served.url)
        self.host, self._address = where.netloc, (where.hostname, where.port)

    def token(self, email: str = "guest@example.com") -> dict[str, str]:
        """The header that signs this sample account in."""
        return {"Authorization": str(self.served.sign_in(email).headers["Authorization"])}

    def send(self, raw: bytes, method: str = "GET") -> Reply:
        """method: of the request in these bytes, since an answer to HEAD has no body."""
        with socket.create_connection(self._address, timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(raw)
            answer = HTTPResponse(connection, method=method)
            answer.begin()
            return Reply(answer.status, answer.headers, answer.read(), answer.will_close)

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        """A request with a Host and, where it has a body and none is named, a Content-Length."""
        sent = {"Host": self.host, **(headers or {})}
        if body is not None and not {"content-length", "transfer-encoding"} & {name.lower() for name in sent}:
            sent["Content-Length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        return self.send(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + (body or b""), method)

    def json(self, method: str, path: str, value: Any, headers: Mapping[str, str] | None = None) -> Reply:
        sent = {"Content-Type": "application/json", **(headers or {})}
        return self.request(method, path, sent, json.dumps(value).encode())
