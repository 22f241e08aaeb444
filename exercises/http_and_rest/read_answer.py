"""read-answer: read an answer of HTTP from a stream of bytes, and notice where it breaks off."""

import io
import socket
from collections.abc import Iterator
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise

STILL_WAITING = "it was still waiting"
GULLS = "The gulls: ĝis ŝi ĉesas".encode()
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length: %d\r\n\r\n" % len(GULLS) + GULLS
LINK = b"HTTP/1.1 201 Created\r\nLocation:http://example.com/b/1\r\nCONTENT-LENGTH: 2\r\n\r\n{}"
OF_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
UNCHANGED = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5000\r\n\r\n"
CUT_IN_BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n[1, 2"
CUT_IN_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/pl"
CUT_BETWEEN = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
MOVED = b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 5\r\n\r\nmoved"
MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone"
BODILESS = {
    "the answer to a HEAD": (
        OF_HEAD,
        "HEAD",
        "HEAD asks for the head: whatever it promises, no body comes",
    ),
    "a 204": (NO_CONTENT, "DELETE", "a status of 204 has no body, and needs no Content-Length"),
    "a 304": (UNCHANGED, "GET", "304 says: you have it already. Its Content-Length is that of what you have"),
}
CUT = {
    "within the body": (CUT_IN_BODY, "`read` gives less than you asked for when the stream ends: compare"),
    "within the head": (CUT_IN_HEAD, "the loop over the lines ended without an empty line: that is no head"),
    "before the empty line": (CUT_BETWEEN, "the loop over the lines ended without an empty line: that is no head"),
    "before it began": (b"", 'nothing came, not even a status: then `readline` gives b""'),
}
PIECE = 7  # bytes at a time, so that nothing arrives as it was written
MOST_ENDS = 100


class Pieces(io.RawIOBase):
    """A connection that gives a few bytes at a time, and stops a loop that goes on reading after its end."""

    def __init__(self, raw: Any) -> None:
        self.raw, self.ends = raw, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = int(self.raw.readinto(memoryview(buffer)[:PIECE]))
        self.ends += count == 0
        if self.ends > MOST_ENDS:
            raise RuntimeError("the stream has ended, and was read on and on")
        return count


def answers_read(read_answer: Any, sent: bytes, methods: list[str], ends: bool = False) -> Any:
    """What the learner's function makes of these bytes, which arrive over a real connection, a few at a time."""
    ours, theirs = socket.socketpair()
    with ours, theirs, theirs.makefile("rb", buffering=0) as raw, io.BufferedReader(Pieces(raw)) as stream:
        theirs.settimeout(0.2)  # all is sent before the first read, so one that waits would wait forever
        ours.sendall(sent)
        if ends:
            ours.shutdown(socket.SHUT_WR)
        answered = attempt(lambda: [read_answer(stream, method) for method in methods])
        return STILL_WAITING if str(answered).startswith("TimeoutError") else answered


@exercise("read-answer")
def read_answer(lab: Lab, answer: Any) -> Iterator[Finding]:
    plain = {"content-type": "text/plain", "content-length": str(len(GULLS))}
    link = {"location": "http://example.com/b/1", "content-length": "2"}
    yield Finding(
        "two answers on one connection",
        expected=[(200, plain, GULLS), (201, link, b"{}")],
        happened=answers_read(answer, PLAIN + LINK, ["GET", "POST"]),
        hint="for a name and its value split at the first colon, with names in small letters; and read as many "
        "bytes as were promised, no more: the next answer begins there",
    )
    for what, (sent, method, hint) in BODILESS.items():
        status, happened = int(sent.split()[1]), answers_read(answer, sent + LINK, [method, "POST"])
        yield Finding(f"{what}, and the answer after it", [(status, b""), (201, b"{}")], bodies(happened), hint)
    yield Finding(
        "a 302 and a 404",
        expected=[(302, b"moved"), (404, b"none")],
        happened=bodies(answers_read(answer, MOVED + MISSING, ["GET", "GET"])),
        hint="204 and 304 have no body, and no others: an error and a redirect may well say something",
    )
    for where, (sent, hint) in CUT.items():
        happened = answers_read(answer, sent, ["GET"], ends=True)
        raised = "EOFError" if str(happened).startswith("EOFError") else happened
        yield Finding(f"the connection ends {where}", "EOFError", raised, hint)


def bodies(answers: Any) -> Any:
    return [(one[0], one[2]) for one in answers] if isinstance(answers, list) else answers
