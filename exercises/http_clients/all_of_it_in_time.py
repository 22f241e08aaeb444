"""all-of-it-in-time: a whole body within a bound in time, or a TimeoutError."""

import gzip
import re
import socket
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import requests

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise, in_threads

BODY = bytes(range(256)) * 40
SECONDS = 0.6
DRIP_SECONDS, DRIPS = 0.05, 400  # for twenty seconds in all, which nobody waits for
TOO_SLOW = [
    (
        "the server says nothing",
        "silent",
        "give the session a time-out as well, and turn its exception into a TimeoutError: they are not related",
    ),
    (
        "the server stops half-way",
        "half",
        "silence within the body raises another exception than silence before it, and neither is a TimeoutError",
    ),
    (
        "a byte comes now and then",
        "drops",
        "a time-out counts the silence between two bytes: look at the clock yourself, after each piece that came",
    ),
]


class Dawdler:
    """A server for one request, which answers at once, in pieces, by drops, or not at all."""

    def __init__(self, way: str) -> None:
        self.way, self.over = way, threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}/"
        threading.Thread(target=self.answer, daemon=True).start()

    def answer(self) -> None:
        client, _ = self.listening.accept()
        with client:
            try:
                client.recv(65536)
                self.send(client)
            except OSError:
                return  # the client has given up
            self.over.wait(30)

    def send(self, client: socket.socket) -> None:
        if self.way == "silent":
            return
        body = {"packed": gzip.compress(BODY), "drops": b"x" * DRIPS}.get(self.way, BODY)
        packed = b"Content-Encoding: gzip\r\n" if self.way == "packed" else b""
        client.sendall(b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n" % (packed, len(body)))
        if self.way in ("at once", "packed"):
            client.sendall(body)
        elif self.way == "pieces":
            for start in range(0, len(BODY), len(BODY) // 4):
                client.sendall(BODY[start : start + len(BODY) // 4])
                self.over.wait(DRIP_SECONDS)
        elif self.way == "half":
            client.sendall(BODY[: len(BODY) // 2])
        else:
            for _ in range(DRIPS):
                client.sendall(b"x")
                if self.over.wait(DRIP_SECONDS):
                    return

    def close(self) -> None:
        self.over.set()
        self.listening.close()


def fetched(answer: Any, way: str, seconds: float) -> Any:
    dawdler = Dawdler(way)
    with requests.Session() as session:
        call = partial(attempt, answer, session, dawdler.url, seconds)
        found = in_threads([call], 3, "it was still waiting")[0]
    dawdler.close()
    if isinstance(found, bytes):
        return "the whole body" if found == BODY else f"{len(found)} other bytes"
    name = str(found).partition(":")[0]  # what follows may name a port, or say where in memory something is
    return name if re.search(r"127\.0\.0\.1|0x", str(found)) or name == "TimeoutError" else str(found)


@exercise("all-of-it-in-time")
def all_of_it_in_time(lab: Lab, answer: Any) -> Iterator[Finding]:
    whole = "return the body, all of it: join the pieces until there is none"
    yield Finding("it comes at once", "the whole body", fetched(answer, "at once", 4), whole)
    yield Finding("it comes in four pieces", "the whole body", fetched(answer, "pieces", 4), whole)
    yield Finding(
        "it comes packed, as many servers send it",
        expected="the whole body",
        happened=fetched(answer, "packed", 4),
        hint="`raw` is what came over the wire. read1 unpacks it with decode_content=True",
    )
    for what, way, hint in TOO_SLOW:
        yield Finding(what, "TimeoutError", fetched(answer, way, SECONDS), hint)
