"""Conditional requests (RFC 9110, section 13), over a real socket, on every method of a resource that has an ETag."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from systems.bookings.models import Booking
from systems.listings.views import ListingOutput
from tests.systems.wire import Reply, Wire

FLAT = {"title": "Flat", "location": "Pula", "price_per_night": "80.00", "max_guests": 3}
BEFORE, AFTER = "Thu, 01 Jan 2015 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
STALE = '"v0"'
Headers = dict[str, str]

# {etag} is the current one. What the RFC says of both headers together: If-Match first, then If-None-Match.
SAFE: list[tuple[Headers, int]] = [
    ({}, 200),
    ({"If-Match": "{etag}"}, 200),
    ({"If-Match": "*"}, 200),
    ({"If-Match": STALE + ", {etag}"}, 200),
    ({"If-Match": "{etag} ,,"}, 200),
    ({"If-Match": STALE}, 412),
    ({"If-Match": "W/{etag}"}, 412),  # strong comparison
    ({"If-Match": '"*"'}, 412),
    ({"If-Match": "v1"}, 412),
    ({"If-Match": ""}, 412),
    ({"If-Match": "{bare}"}, 412),
    ({"If-None-Match": "{etag}"}, 304),
    ({"If-None-Match": "W/{etag}"}, 304),  # weak comparison
    ({"If-None-Match": "*"}, 304),
    ({"If-None-Match": STALE + ", W/{etag}"}, 304),
    ({"If-None-Match": STALE}, 200),
    ({"If-None-Match": '"*"'}, 200),
    ({"If-None-Match": "{bare}"}, 200),
    ({"If-None-Match": ""}, 200),
    ({"If-Match": "{etag}", "If-None-Match": "{etag}"}, 304),
    ({"If-Match": "{etag}", "If-None-Match": STALE}, 200),
    ({"If-Match": STALE, "If-None-Match": "{etag}"}, 412),
    # a listing has no date of its last change: conditions on one are to be ignored
    ({"If-Modified-Since": AFTER}, 200),
    ({"If-Modified-Since": "soon"}, 200),
    ({"If-Unmodified-Since": BEFORE}, 200),
    ({"If-Unmodified-Since": "soon"}, 200),
    ({"If-None-Match": STALE, "If-Modified-Since": AFTER}, 200),
    ({"If-Match": "{etag}", "If-Unmodified-Since": BEFORE}, 200),
]
UNSAFE: list[tuple[Headers, int]] = [
    ({"If-Match": "{etag}"}, 0),  # 0: done
    ({"If-Match": "*"}, 0),
    ({"If-Match": STALE + ", {etag}"}, 0),
    ({"If-Match": "{etag}", "If-None-Match": STALE}, 0),
    ({"If-Match": "{etag}", "If-Unmodified-Since": BEFORE}, 0),
    ({"If-Match": STALE}, 412),
    ({"If-Match": "W/{etag}"}, 412),
    ({"If-Match": '"*"'}, 412),
    ({"If-Match": "{bare}"}, 412),
    ({"If-Match": ""}, 412),
    ({"If-Match": "{etag}", "If-None-Match": "{etag}"}, 412),
    ({"If-Match": "{etag}", "If-None-Match": "W/{etag}"}, 412),
    ({"If-Match": "*", "If-None-Match": "*"}, 412),
]
# A change of unread words would be lost to somebody, so PATCH insists; nothing is lost by a second DELETE.
WITHOUT_IF_MATCH: list[tuple[str, Headers, int]] = [
    ("PATCH", {}, 428),
    ("PATCH", {"If-None-Match": STALE}, 428),
    ("PATCH", {"If-Unmodified-Since": AFTER}, 428),
    ("DELETE", {}, 0),
    ("DELETE", {"If-None-Match": STALE}, 0),
    ("DELETE", {"If-None-Match": "{etag}"}, 412),
    ("DELETE", {"If-None-Match": "*"}, 412),
    ("DELETE", {"If-Unmodified-Since": BEFORE}, 0),
]
CHANGES = [(method, *row) for method in ("PATCH", "DELETE") for row in UNSAFE] + WITHOUT_IF_MATCH
DONE = {"PATCH": 200, "DELETE": 204}


@pytest.fixture(scope="module")
def host(wire: Wire) -> Headers:
    return wire.token("host@example.com")


@pytest.fixture
def place(wire: Wire, host: Headers) -> tuple[str, str]:
    """The path and the ETag of a listing of its own."""
    made = wire.json("POST", "/api/v1/listings/", FLAT, host)
    return f"/api/v1/listings/{made.json()['id']}/", str(made.headers["ETag"])


@pytest.fixture
def send(wire: Wire, place: tuple[str, str]) -> Callable[..., Reply]:
    """Sends a request about the listing. The current ETag is put in for {etag}, and without its quotes for {bare}."""
    path, etag = place

    def call(method: str, headers: Headers, token: Headers | None = None, body: Any = None) -> Reply:
        sent = {name: value.format(etag=etag, bare=etag.strip('"')) for name, value in headers.items()}
        if body is None:
            return wire.request(method, path, {**sent, **(token or {})})
        return wire.json(method, path, body, {**sent, **(token or {})})

    return call


def assert_problem(reply: Reply, slug: str) -> None:
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.json()["type"] == f"/problems/{slug}"
    assert reply.json()["status"] == reply.status


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(("headers", "status"), SAFE, ids=str)
def test_to_read_on_a_condition(
    send: Callable[..., Reply], place: tuple[str, str], method: str, headers: Headers, status: int
) -> None:
    reply = send(method, headers)
    assert reply.status == status
    assert bool(reply.body) == (method == "GET" and status != 304)
    if status != 412:
        assert reply.headers["ETag"] == place[1]
    elif method == "GET":
        assert_problem(reply, "precondition-failed")


def test_a_304_does_not_say_that_the_body_is_empty(send: Callable[..., Reply]) -> None:
    """RFC 9110, 8.6: its Content-Length, if any, is that of the answer which the client has."""
    full, known = send("GET", {}), send("GET", {"If-None-Match": "{etag}"})
    assert known.status == 304
    assert known.headers["Content-Length"] == full.headers["Content-Length"] == str(len(full.body))
    assert known.headers["Content-Type"] is None


@pytest.mark.parametrize(("method", "headers", "status"), CHANGES, ids=str)
def test_to_change_on_a_condition(
    send: Callable[..., Reply], place: tuple[str, str], host: Headers, method: str, headers: Headers, status: int
) -> None:
    reply = send(method, headers, host, {"title": "Boat"} if method == "PATCH" else None)
    assert reply.status == (status or DONE[method])
    if status:
        assert_problem(reply, {412: "precondition-failed", 428: "precondition-required"}[status])
        read = send("GET", {})
        assert (read.status, read.json()["title"], read.headers["ETag"]) == (200, "Flat", place[1])


def test_of_two_lines_of_if_match_either_counts(wire: Wire, place: tuple[str, str], host: Headers) -> None:
    path, etag = place
    lines = [f"GET {path} HTTP/1.1", f"Host: {wire.host}", f"If-Match: {STALE}", f"If-Match: {etag}", "", ""]
    assert wire.send("\r\n".join(lines).encode()).status == 200


@pytest.mark.parametrize(
    ("email", "body", "path", "status"),
    [
        (None, {"title": "Boat"}, None, 401),
        ("guest@example.com", {"title": "Boat"}, None, 403),
        ("host@example.com", {"title": ""}, None, 400),
        ("host@example.com", {"title": "Boat"}, "/api/v1/listings/7d0e6a4e-7a39-4a7e-9d5c-0b6f5b3f7a11/", 404),
    ],
)
def test_another_refusal_comes_before_that_of_a_condition(
    wire: Wire, place: tuple[str, str], email: str | None, body: Any, path: str | None, status: int
) -> None:
    """RFC 9110, 13.2.1: a condition is ignored where the answer without it would be no success."""
    token = wire.token(email) if email else {}
    for method in ("PATCH", "DELETE"):
        if method == "PATCH" or status != 400:
            reply = wire.json(method, path or place[0], body, {"If-Match": STALE, **token})
            assert reply.status == status, method


# --- what an ETag covers


def test_an_etag_changes_with_whatever_is_shown(
    client_of: Callable[..., APIClient], stay_of: Callable[..., Booking]
) -> None:
    stay = stay_of(start=-5, end=-2)
    place, host = f"/api/v1/listings/{stay.listing.pk}/", client_of(stay.listing.host)
    edits = {
        "title": "Boat", "description": "It rocks.", "location": "Lamu", "price_per_night": "99.00", "max_guests": 2,
        "amenities": ["pool"],
    }  # fmt: skip

    def edit(name: str) -> None:
        assert host.patch(place, {name: edits[name]}, format="json", HTTP_IF_MATCH="*").status_code == 200

    def review() -> None:
        assert client_of(stay.guest).post(f"{place}reviews/", {"rating": 4}, format="json").status_code == 201

    acts: dict[str, Callable[[], object]] = {name: partial(edit, name) for name in edits}
    acts |= {"host": lambda: host.patch("/api/v1/auth/me/", {"name": "Mira"}, format="json")}
    acts |= dict.fromkeys(("rating_mean", "rating_count"), review)
    assert acts.keys() | {"id", "created_at"} == set(ListingOutput.Meta.fields)
    tags = [host.get(place)["ETag"]]
    for act in dict.fromkeys(acts.values()):
        act()
        tags.append(host.get(place)["ETag"])
    assert len(set(tags)) == len(tags)


def test_a_reader_learns_that_the_host_has_another_name(wire: Wire) -> None:
    account = {"email": "renamed@example.com", "password": "correct horse battery", "role": "host", "name": "Mira"}
    wire.json("POST", "/api/v1/auth/register/", account)
    pair = wire.json("POST", "/api/v1/auth/token/", {key: account[key] for key in ("email", "password")}).json()
    token = {"Authorization": f"Bearer {pair['access']}"}
    made = wire.json("POST", "/api/v1/listings/", FLAT, token)
    path, etag = f"/api/v1/listings/{made.json()['id']}/", str(made.headers["ETag"])
    assert wire.request("GET", path, {"If-None-Match": etag}).status == 304
    assert wire.json("PATCH", "/api/v1/auth/me/", {"name": "Mira M."}, token).status == 200
    read = wire.request("GET", path, {"If-None-Match": etag})
    assert (read.status, read.json()["host"]["name"]) == (200, "Mira M.")
    assert read.headers["ETag"] != etag
    assert wire.json("PATCH", path, {"title": "Boat"}, {"If-Match": etag, **token}).status == 412
    assert wire.json("PATCH", "/api/v1/auth/me/", {"name": "Mira"}, token).status == 200
    assert wire.request("GET", path, {"If-None-Match": etag}).status == 304
