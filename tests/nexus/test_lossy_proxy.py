"""A proxy that loses requests and answers: what the server did, and what the client hears of it."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import requests

import nexus


class Counter:
    """An app that counts, and answers with what it was sent."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.done += 1
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def server(counter: Counter) -> Iterator[str]:
    served = nexus.serve(counter)
    yield served.url
    served.stop()


def test_what_arrives_arrives_whole_in_both_directions(counter: Counter, server: str) -> None:
    proxy = nexus.LossyProxy(server)
    body = b"x" * 100_000
    assert [requests.post(proxy.url, data=body, timeout=10).content for _ in range(2)] == [body, body]
    assert counter.done == len(proxy.requests) == 2
    proxy.close()


@pytest.mark.parametrize("fate", ["arrives", b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"])
def test_a_session_opens_a_connection_for_each_request(server: str, fate: str | bytes) -> None:
    proxy = nexus.LossyProxy(server, *[fate] * 20)
    with requests.Session() as session:
        answers = [session.get(proxy.url, timeout=10) for _ in range(20)]
    assert {answer.headers["Connection"] for answer in answers} == {"close"}
    assert len(proxy.requests) == 20
    proxy.close()


@pytest.mark.parametrize(("fate", "done"), [("answer lost", 1), ("request lost", 0)])
def test_what_is_lost_is_done_or_not_and_the_next_one_arrives(
    counter: Counter, server: str, fate: str, done: int
) -> None:
    proxy = nexus.LossyProxy(server, fate)
    with pytest.raises(requests.ConnectionError):
        requests.post(proxy.url, data=b"x", timeout=10)
    assert counter.done == done
    assert requests.get(proxy.url, timeout=10).status_code == 200
    proxy.close()


def test_bytes_are_answered_in_place_of_the_server(counter: Counter, server: str) -> None:
    proxy = nexus.LossyProxy(server, b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno")
    answer = requests.get(proxy.url, timeout=10)
    assert (answer.status_code, answer.text, counter.done) == (502, "no", 0)
    proxy.close()


def test_a_server_that_is_gone_looks_like_a_lost_request() -> None:
    proxy = nexus.LossyProxy("http://127.0.0.1:9")
    with pytest.raises(requests.ConnectionError):
        requests.get(proxy.url, timeout=10)
    with pytest.raises(requests.ConnectionError):
        requests.get(proxy.url, timeout=10)
    assert proxy.url.rpartition(":")[2] not in repr(proxy)
    proxy.close()
