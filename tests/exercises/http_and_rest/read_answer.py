"""Right and wrong answers to read-answer of 11-http-and-rest."""

from collections.abc import Callable
from typing import Any

from exercises.http_and_rest.read_answer import read_answer
from tests.exercises.answers import Answers

answers = Answers(read_answer)


def reader(
    bodiless: Callable[[str, int], bool],
    *,
    checks_body: bool = True,
    checks_head: bool = True,
    colons: bool = False,
) -> Any:
    def read(stream: Any, method: str) -> Any:
        first, headers, whole, most = stream.readline(), {}, False, -1 if colons else 1
        for line in stream:
            if line == b"\r\n":
                whole = True
                break
            name, value = line.decode("latin-1").split(":", most)
            headers[name.lower()] = value.strip()
        if checks_head and not whole:
            raise EOFError
        status = int(first.split()[1])
        length = 0 if bodiless(method, status) else int(headers.get("content-length", 0))
        body = stream.read(length)
        if checks_body and len(body) < length:
            raise EOFError
        return status, headers, body

    return read


def has_none(method: str, status: int) -> bool:
    return method == "HEAD" or status in (204, 304)


answers.right(reader(has_none))
answers.wrong("at the first colon")(reader(has_none, colons=True))
answers.wrong("no body comes")(reader(lambda method, status: status in (204, 304)))
answers.wrong("you have it already")(reader(lambda method, status: method == "HEAD" or status == 204))
answers.wrong("compare")(reader(has_none, checks_body=False))
answers.wrong("that is no head")(reader(has_none, checks_head=False))
answers.wrong("and no others")(reader(lambda method, status: has_none(method, status) or 300 <= status < 400))
answers.wrong("and no others")(reader(lambda method, status: method == "HEAD" or status not in (200, 201)))


@answers.right
def line_by_line(stream: Any, method: str) -> Any:
    def line() -> str:
        if not (got := stream.readline()).endswith(b"\n"):
            raise EOFError
        return str(got.decode("latin-1")).strip()

    status, headers = int(line().split(" ")[1]), {}
    while text := line():
        name, value = text.split(":", 1)
        headers[name.lower()] = value.strip()
    body, left = b"", 0 if has_none(method, status) else int(headers.get("content-length", "0"))
    while left:
        if not (piece := stream.read(min(left, 100))):
            raise EOFError
        body, left = body + piece, left - len(piece)
    return status, headers, body


@answers.wrong("not even a status")
def takes_a_status_for_granted(stream: Any, method: str) -> Any:
    status, headers = int(stream.readline().split()[1]), {}
    for line in stream:
        if line == b"\r\n":
            break
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    else:
        raise EOFError
    length = 0 if has_none(method, status) else int(headers.get("content-length", 0))
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return status, headers, body


@answers.wrong("that is no head")
def looks_at_the_last_line_only(stream: Any, method: str) -> Any:
    first, headers, line = stream.readline(), {}, b"\r\n"
    for line in stream:
        if line == b"\r\n":
            break
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    if not line.endswith(b"\r\n"):
        raise EOFError
    status = int(first.split()[1])
    length = 0 if has_none(method, status) else int(headers.get("content-length", 0))
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return status, headers, body


@answers.wrong("at the first colon")
def wants_a_space_after_the_colon(stream: Any, method: str) -> Any:
    first, headers = stream.readline(), {}
    while (line := stream.readline()) != b"\r\n":
        name, value = line.decode("latin-1").split(": ", 1)
        headers[name.lower()] = value.strip()
    return int(first.split()[1]), headers, stream.read(int(headers.get("content-length", 0)))


@answers.wrong("no more")
def reads_to_the_end(stream: Any, method: str) -> Any:
    head, _, body = stream.read().partition(b"\r\n\r\n")
    return int(head.split()[1]), {}, body


@answers.wrong("names in small letters")
def takes_names_as_they_come(stream: Any, method: str) -> Any:
    status, headers = int(stream.readline().split()[1]), {}
    for line in iter(stream.readline, b"\r\n"):  # at the end of the stream, again and again
        name, _, value = line.decode("latin-1").partition(":")
        headers[name] = value.strip()
    return status, headers, stream.read(int(headers.get("Content-Length", 0)))
