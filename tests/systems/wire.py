"""The systems over a real socket: the very bytes that leave and arrive, which Django's test client never sees."""

import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlencode, urlsplit

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

    def problem(self) -> tuple[int, str]:
        """The status and the last word of the type of a problem, which has all members."""
        assert self.headers["Content-Type"] == "application/problem+json", self.body
        body = self.json()
        assert body["status"] == self.status
        assert body["title"]
        assert body["detail"]
        return self.status, body["type"].removeprefix("/problems/")

    def fields(self) -> list[str]:
        """Those that a problem names."""
        assert self.problem() == (400, "validation-failed")
        return [error["field"] for error in self.json()["errors"]]

    def codes(self) -> list[str]:
        """Of the errors of GraphQL."""
        return [error["extensions"]["code"] for error in self.json()["errors"]]


def chunks(body: bytes, size: int = 7) -> bytes:
    """The body in the chunked coding (RFC 9112, section 7.1)."""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])


def _exchange(connection: socket.socket, raw: bytes, method: str) -> Reply:
    connection.sendall(raw)
    answer = HTTPResponse(connection, method=method)
    answer.begin()
    return Reply(answer.status, answer.headers, answer.read(), answer.will_close)


class Sender:
    """Sends bytes to the server at this address, each time on a connection of its own."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self.host, self.address = where.netloc, (where.hostname, where.port)

    def send(self, raw: bytes, method: str = "GET") -> Reply:
        """method: of the request in these bytes, since an answer to HEAD has no body."""
        return self.send_all([raw], method)[0]

    def send_all(self, requests: Sequence[bytes], method: str = "GET") -> list[Reply]:
        """These requests on one connection, each sent when the one before is answered."""
        with socket.create_connection(self.address, timeout=PATIENCE_SECONDS) as connection:
            return [_exchange(connection, raw, method) for raw in requests]

    def raw(self, method: str, path: str, headers: Mapping[str, str]) -> bytes:
        """The head of a request, with a Host."""
        sent = {"Host": self.host, **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1")

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        """A request with a Host and, where it has a body and none is named, a Content-Length."""
        sent = dict(headers or {})
        if body is not None and not {"content-length", "transfer-encoding"} & {name.lower() for name in sent}:
            sent["Content-Length"] = str(len(body))
        return self.send(self.raw(method, path, sent) + (body or b""), method)

    def in_chunks(
        self, method: str, path: str, value: Any, headers: Mapping[str, str] | None = None, size: int = 7
    ) -> Reply:
        """A request whose body, JSON or these bytes, has no length and comes in chunks of `size` bytes."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        sent = {"Content-Type": "application/json", "Transfer-Encoding": "chunked", **(headers or {})}
        return self.request(method, path, sent, chunks(body, size))

    def json(self, method: str, path: str, value: Any, headers: Mapping[str, str] | None = None) -> Reply:
        return self.text(method, path, json.dumps(value), headers)

    def text(self, method: str, path: str, text: str, headers: Mapping[str, str] | None = None) -> Reply:
        """A request with this text as its JSON, which it need not be."""
        return self.request(method, path, {"Content-Type": "application/json", **(headers or {})}, text.encode())


class Wire(Sender):
    """Sends bytes to a role of the systems, which has sample data."""

    def __init__(self, served: Role) -> None:
        super().__init__(served.url)
        self.served = served

    def token(self, email: str = "guest@example.com") -> dict[str, str]:
        """The header that signs this sample account in."""
        return {"Authorization": str(self.served.sign_in(email).headers["Authorization"])}

    def sign_in_to_admin(self, *, size: int | None = None) -> Reply:
        """The answer to the admin's form. size: of the chunks that it comes in, if any."""
        page = self.request("GET", "/admin/login/?next=/admin/")
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        form = {"username": "admin@example.com", "password": self.served.password, "next": "/admin/"}
        body = urlencode({**form, "csrfmiddlewaretoken": cookie.partition("=")[2]}).encode()
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        if size is None:
            return self.request("POST", "/admin/login/", headers, body)
        return self.in_chunks("POST", "/admin/login/", body, headers, size)

    def admin(self) -> dict[str, str]:
        """The header that makes a request one of the sample admin's session."""
        cookies = self.sign_in_to_admin().headers.get_all("Set-Cookie", [])
        return {"Cookie": "; ".join(one.partition(";")[0] for one in cookies)}

    def graphql(self, query: str, variables: str = "{}", email: str = "manager@example.com") -> Reply:
        """variables: their text, which need not be JSON."""
        body = f'{{"query": {json.dumps(query)}, "variables": {variables}}}'
        return self.text(
            "POST", "/graphql/", body, {**self.token(email), "Accept": "application/graphql-response+json"}
        )
