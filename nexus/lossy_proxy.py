"""A proxy between a client and a server that loses what it is asked to lose: to see what comes of a lost answer."""

import contextlib
import itertools
import re
import socket
import threading
from collections.abc import Iterable
from typing import BinaryIO
from urllib.parse import urlsplit

ARRIVES, ANSWER_LOST, REQUEST_LOST = "arrives", "answer lost", "request lost"
PATIENCE_SECONDS = 30


class LossyProxy:
    """It listens on the loopback address, for one request at a time and one request a connection, as its answers say.

    fates: what becomes of each request in turn: "arrives"; "answer lost", after the server has done its work;
    "request lost", before it began; or bytes, which the client gets in place of the server's answer. What comes after
    those that are named arrives.
    url: to be used in place of the server's. requests: those that came by, as they were sent.
    """

    def __init__(self, url: str, *fates: str | bytes) -> None:
        server = urlsplit(url)
        self._server = str(server.hostname), int(server.port or 80)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.requests: list[bytes] = []
        ahead = itertools.chain(fates, itertools.repeat(ARRIVES))
        threading.Thread(target=self._work, args=[ahead], name="nexus.lossy_proxy", daemon=True).start()

    def __repr__(self) -> str:
        return "a lossy proxy at .url"  # not the url itself: the port differs with each run

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # which ends the wait for the next client
        self._listening.close()

    def _work(self, fates: Iterable[str | bytes]) -> None:
        for fate in fates:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            try:
                with client:
                    client.settimeout(PATIENCE_SECONDS)
                    self._carry(client, fate)
            except OSError:
                continue  # the client or the server is gone, and so is this request

    def _carry(self, client: socket.socket, fate: str | bytes) -> None:
        request = _message(client)
        self.requests.append(request)
        if isinstance(fate, bytes):
            client.sendall(_last(fate))
        elif fate != REQUEST_LOST:
            with socket.create_connection(self._server, PATIENCE_SECONDS) as server:
                server.sendall(request)
                answer = _message(server)
            if fate != ANSWER_LOST:
                client.sendall(_last(answer))


def _message(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as stream:
        return _read(stream)


def _read(stream: BinaryIO) -> bytes:
    """One message, whose body has a Content-Length or is empty. As much as came, where the other side hung up."""
    head = b""
    for line in stream:
        head += line
        if line == b"\r\n":
            break
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    return head + stream.read(int(length[1]) if length else 0)


def _last(answer: bytes) -> bytes:
    """The answer, with the word that the connection ends after it: a client must not send its next request there."""
    head, end, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"Connection: close"]) + end + body
