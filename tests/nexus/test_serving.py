"""Apps of a chapter's cells behind real HTTP, from a thread of the kernel."""

import gc
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import requests

import nexus
from nexus import NexusError
from nexus.serving import THREADS

Start = Callable[[str, list[tuple[str, str]]], Any]


def hello(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [environ["REMOTE_ADDR"].encode()]


async def hello_async(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})


async def refuses_to_start(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})


def gone(url: str) -> bool:
    try:
        return not requests.get(url, timeout=5)
    except requests.ConnectionError:
        return True


def test_a_wsgi_app_answers_until_it_is_stopped() -> None:
    served = nexus.serve(hello)
    assert requests.get(served.url, timeout=5).text == "127.0.0.1"
    served.stop()
    assert gone(served.url)


def test_an_asgi_app_answers_too() -> None:
    served = nexus.serve(hello_async)
    assert requests.get(f"{served.url}/search", timeout=5).text == "/search"
    served.stop()


def test_a_wsgi_app_answers_many_at_once() -> None:
    all_inside = threading.Barrier(THREADS)

    def waits_for_the_others(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        all_inside.wait(30)  # breaks, and so fails, where one of them is not let in
        return hello(environ, start)

    served = nexus.serve(waits_for_the_others)
    codes = nexus.race(lambda _: requests.get(served.url, timeout=40).status_code, range(THREADS))
    served.stop()
    assert codes == [200] * THREADS


def test_an_app_that_nobody_holds_any_more_is_stopped() -> None:
    served = nexus.serve(hello)
    url = served.url
    del served
    gc.collect()
    assert gone(url)


def test_what_a_client_says_of_its_address_is_not_believed() -> None:
    served = nexus.serve(hello)
    answer = requests.get(served.url, headers={"X-Forwarded-For": "10.1.2.3"}, timeout=5)
    served.stop()
    assert answer.text == "127.0.0.1"


def test_an_app_that_raises_answers_500_and_goes_on() -> None:
    def raises(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        raise ValueError("a slip in a cell")

    served = nexus.serve(raises)
    assert [requests.get(served.url, timeout=5).status_code for _ in range(2)] == [500, 500]
    served.stop()


def test_an_app_that_cannot_start_is_one_line() -> None:
    with pytest.raises(NexusError, match="a callable, not int"):
        nexus.serve(42)  # type: ignore[call-overload]
    with pytest.raises(NexusError, match="did not start"):
        nexus.serve(refuses_to_start)


def test_an_app_shows_no_port_which_would_differ_with_each_run() -> None:
    served = nexus.serve(hello)
    assert served.url.rpartition(":")[2] not in repr(served)
    served.stop()
