"""The edge of the systems on the wire: bodies in chunks, charsets, cookies, and what is left unread."""

import json
import socket

import pytest

from tests.systems.wire import Wire, chunks

API = "/api/v1/"
FLAT = {"title": "Flat", "location": "Pula", "price_per_night": "80.00", "max_guests": 3}
LIMIT = 1_500_000  # bytes of a body
PROBES = ["/healthz", "/readyz"]
ROUTES = [f"{API}listings/", f"{API}auth/token/", f"{API}schema/", "/graphql/", "/admin/login/", *PROBES, "/nowhere"]


@pytest.fixture
def listing(wire: Wire) -> tuple[str, dict[str, str]]:
    """A new listing's path, and the headers with which its host changes it."""
    host = wire.token("host@example.com")
    made = wire.json("POST", f"{API}listings/", FLAT, host)
    return f"{API}listings/{made.json()['id']}/", {**host, "If-Match": made.headers["ETag"]}


# --- bodies in chunks


def test_a_post_in_chunks_is_read_to_the_end(wire: Wire) -> None:
    made = wire.in_chunks("POST", f"{API}listings/", FLAT, wire.token("host@example.com"))
    assert (made.status, made.json()["title"]) == (201, "Flat")


def test_a_patch_in_chunks_writes_what_it_says(wire: Wire, listing: tuple[str, dict[str, str]]) -> None:
    path, headers = listing
    assert wire.in_chunks("PATCH", path, {"title": "House"}, headers).json()["title"] == "House"
    assert wire.request("GET", path).json()["title"] == "House"


def test_a_delete_in_chunks_leaves_nothing_unread(wire: Wire, listing: tuple[str, dict[str, str]]) -> None:
    path, headers = listing
    gone = wire.in_chunks("DELETE", path, {}, headers)
    assert (gone.status, gone.closes) == (204, False)


def test_a_graphql_request_may_come_in_chunks(wire: Wire) -> None:
    assert wire.in_chunks("POST", "/graphql/", {"query": "{ __typename }"}).json() == {"data": {"__typename": "Query"}}


def test_a_form_of_the_admin_may_come_in_chunks(wire: Wire) -> None:
    assert wire.sign_in_to_admin(size=7).status == 302


def test_a_body_in_chunks_has_the_same_limit(wire: Wire) -> None:
    query = json.dumps({"query": "{ __typename }"}).encode()
    whole = wire.in_chunks("POST", "/graphql/", query.ljust(LIMIT), size=100_000)
    assert (whole.status, whole.closes) == (200, False)
    more = wire.in_chunks("POST", "/graphql/", query.ljust(LIMIT + 1), size=100_000)
    assert (*more.problem(), more.closes) == (413, "content-too-large", True)


@pytest.mark.parametrize("broken", [b"zz\r\n", b"5\r\nabcdefgh\r\n0\r\n\r\n", b"-1\r\n"])
def test_broken_chunks_are_a_bad_request(wire: Wire, broken: bytes) -> None:
    headers = {"Transfer-Encoding": "chunked", "Content-Type": "application/json"}
    reply = wire.request("POST", "/graphql/", headers, broken)
    assert (*reply.problem(), reply.closes) == (400, "bad-request", True)


def test_requests_in_chunks_share_a_connection(wire: Wire) -> None:
    one = wire.raw("POST", "/graphql/", {"Transfer-Encoding": "chunked", "Content-Type": "application/json"})
    body = chunks(json.dumps({"query": "{ __typename }"}).encode())
    replies = wire.send_all([(one + body), (one + body)])
    assert [reply.status for reply in replies] == [200, 200]


# --- what is left unread


@pytest.mark.parametrize("path", ROUTES)
def test_a_body_over_the_limit_closes(wire: Wire, path: str) -> None:
    for method in ("POST", "PATCH", "DELETE"):
        reply = wire.request(
            method, path, {"Content-Type": "application/json", "Content-Length": str(LIMIT + 1)}, b"{}"
        )
        assert (*reply.problem(), reply.closes) == (413, "content-too-large", True)
        assert reply.headers["Connection"] == "close"


def test_a_client_that_sends_all_of_it_gets_to_read_the_413(wire: Wire) -> None:
    for size in (LIMIT + 1, 4 * LIMIT):
        reply = wire.request("POST", "/graphql/", {"Content-Type": "application/json"}, b"x" * size)
        assert reply.status == 413


@pytest.mark.parametrize("path", ROUTES)
def test_a_body_that_nobody_reads_keeps_the_connection(wire: Wire, path: str) -> None:
    body = b'"%s"' % (b"x" * 500_000)
    one = wire.raw("PUT", path, {"Content-Type": "application/json", "Content-Length": str(len(body))}) + body
    first, second = wire.send_all([one, one])
    assert (first.status, first.closes) == (second.status, second.closes)
    assert not first.closes


def test_a_body_that_ends_too_soon_is_no_fault_of_ours(wire: Wire) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": "100"}
    with socket.create_connection(wire.address, timeout=30) as connection:
        connection.sendall(wire.raw("POST", "/graphql/", headers) + b"{}")
        connection.shutdown(socket.SHUT_WR)
        said = connection.recv(65_536)
    assert b" 500 " not in said.partition(b"\r\n")[0]


# --- charsets

CHARSETS = ["rot13", "utf-16", "latin-1", "idna", "base64", "punycode", "bz2", "undefined", "unicode_escape", "unknown"]
ODD_TYPES = [
    "application/json; x*=nope''%41",
    "application/json; charset*=utf-8''rot13",
    "application/json; charset*0*=a''rot; charset*1=13",
    "a/b; q*0=x; q*1*=rot13''b",
]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("query", ["", "?q=%C3%A4"])
@pytest.mark.parametrize(("method", "body"), [("GET", None), ("POST", b"{}")])
def test_no_charset_but_utf_8_is_taken(wire: Wire, method: str, body: bytes | None, query: str, charset: str) -> None:
    headers = {"Content-Type": f"application/json; charset={charset}"}
    for path in ROUTES:
        reply = wire.request(method, path + query, headers, body)
        assert reply.problem() == (415, "unsupported-media-type")


@pytest.mark.parametrize("content_type", ODD_TYPES)
def test_a_content_type_that_cannot_be_read_is_415(wire: Wire, content_type: str) -> None:
    for path in (f"{API}listings/?q=a", "/graphql/", "/admin/login/"):
        reply = wire.request("POST", path, {"Content-Type": content_type}, b"{}")
        assert reply.problem() == (415, "unsupported-media-type")


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8"])
def test_utf_8_may_be_said(wire: Wire, charset: str) -> None:
    headers = {"Content-Type": f"application/json; charset={charset}"}
    reply = wire.request("POST", "/graphql/?q=%C3%A4", headers, b'{"query": "{ __typename }"}')
    assert reply.json() == {"data": {"__typename": "Query"}}


# --- cookies and other headers

ODD_BYTES = [r'"\000aaaaaaa"', r'"\000"', r'"a\001aaaaaaa"', r'"\355\240\200aaaaaaa"', "\xff" * 9, "x" * 3_000]


@pytest.mark.parametrize("value", ODD_BYTES)
@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages"])
def test_a_cookie_that_none_of_ours_can_be_is_ignored(wire: Wire, name: str, value: str) -> None:
    for path in (f"{API}auth/me/", f"{API}listings/", "/graphql/?query={__typename}", "/admin/", *PROBES):
        with_it = wire.request("GET", path, {"Cookie": f"{name}={value}"})
        assert with_it.status == wire.request("GET", path).status


@pytest.mark.parametrize("value", ["%00", "a%00b"])
def test_a_nul_in_an_address_is_a_bad_request(wire: Wire, value: str) -> None:
    for path in (
        f"/{value}", f"{API}listings/?q={value}", f"{API}schema.yaml?version={value}", f"/graphql/?query={value}",
        f"/admin/crm/order/?status__exact={value}", f"/admin/login/?next={value}",
    ):  # fmt: skip
        assert wire.request("GET", path).problem()[0] == 400


def test_a_version_in_the_schemas_address_is_no_header(wire: Wire) -> None:
    for value in ("%0d%0aX:%20y", "%7f", "%C3%A4"):
        for path in ("schema/", "schema.yaml"):
            assert wire.request("GET", f"{API}{path}?version={value}").status < 500


# --- methods, schemes and ids


@pytest.mark.parametrize("path", [*PROBES, "/problems/not-found", "/static/admin/css/base.css"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_what_is_only_read_knows_no_other_method(wire: Wire, method: str, path: str) -> None:
    reply = wire.request(method, path)
    assert (*reply.problem(), reply.headers["Allow"]) == (405, "method-not-allowed", "GET, HEAD")


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR"])
def test_the_scheme_of_a_token_has_no_case(wire: Wire, scheme: str) -> None:
    token = wire.token()["Authorization"].partition(" ")[2]
    assert wire.request("GET", f"{API}auth/me/", {"authorization": f"{scheme} {token}"}).status == 200


def test_an_id_may_be_written_in_capitals(wire: Wire, listing: tuple[str, dict[str, str]]) -> None:
    path, headers = listing
    key = path.rstrip("/").rpartition("/")[2]
    for inside in ("", "availability/?check_in=2030-01-01&check_out=2030-01-02", "reviews/"):
        assert wire.request("GET", f"{API}listings/{key.upper()}/{inside}").status == 200
    assert wire.json("PATCH", path.replace(key, key.upper()), {"title": "House"}, headers).status == 200
