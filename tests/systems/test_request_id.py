"""Each request has an id, which its answer, its errors and its log lines tell."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from systems.core.logs import JsonFormatter
from systems.listings.views import Listings
from tests.systems.wire import Wire

Client = Callable[..., APIClient]


class Lines(logging.Handler):
    """What would be written, as objects."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.seen: list[dict[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        assert "\n" not in line
        self.seen.append(json.loads(line))


@pytest.fixture
def lines() -> Any:
    handler = Lines()
    logging.getLogger().addHandler(handler)
    yield handler.seen
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("sent", ["abc-123_.Z", "a" * 64])
def test_a_good_id_is_kept(client_of: Client, sent: str) -> None:
    assert client_of().get("/healthz", headers={"X-Request-ID": sent})["X-Request-ID"] == sent


@pytest.mark.parametrize("sent", ["", "a" * 65, "two words", "a,b", "é", 'a"}'])
def test_another_id_is_replaced(client_of: Client, sent: str) -> None:
    answer = client_of().get("/healthz", headers={"X-Request-ID": sent})
    assert len(answer["X-Request-ID"]) == 32
    assert answer["X-Request-ID"] != client_of().get("/healthz", headers={"X-Request-ID": sent})["X-Request-ID"]


@pytest.mark.parametrize("path", ["/api/v1/listings/", "/admin/login/", "/nowhere", "/graphql/?query={a}"])
def test_every_answer_has_an_id_on_the_wire(wire: Wire, path: str) -> None:
    assert wire.request("GET", path, {"X-Request-ID": "ours"}).headers["X-Request-ID"] == "ours"


def test_a_fault_tells_its_id_and_its_log_lines_do(
    client_of: Client, monkeypatch: pytest.MonkeyPatch, lines: list[dict[str, str]]
) -> None:
    def broken(*args: Any) -> None:
        logging.getLogger("systems.listings").warning("one\ntwo")
        raise ZeroDivisionError("swordfish")

    monkeypatch.setattr(Listings, "get", broken)
    answer = client_of().get("/api/v1/listings/", headers={"X-Request-ID": "ours"})
    assert answer.json()["request_id"] == "ours"
    assert [(line["logger"], line["request_id"]) for line in lines] == [
        ("systems.listings", "ours"),
        ("django.request", "ours"),
    ]
    assert lines[0]["message"] == "one\ntwo"
    assert "ZeroDivisionError: swordfish" in lines[1]["exception"]


def test_an_error_of_the_client_has_the_id_in_its_header_alone(client_of: Client) -> None:
    answer = client_of().get("/nowhere")
    assert "request_id" not in answer.json()
    assert answer["X-Request-ID"]
