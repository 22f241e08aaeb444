"""Postgres or Redis killed, then hung: what says so and by when, what goes on, and that all is well again unaided.

`pytest -s` shows each outage as a table with seconds.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from nexus.tables import aligned
from tests.systems.place import GOOD, Place, Seen
from tests.systems.wire import Reply

WITHOUT = {
    "postgres": dict.fromkeys(GOOD, 503) | {"healthz": 200},
    "redis": GOOD | {"sign-in": 503, "readyz": 503},
}
PROBES = ("healthz", "readyz")
BOUNDS = dict.fromkeys(GOOD, 5.0) | {"readyz": 2.0, "healthz": 1.0}  # seconds
TABLES = "bookings_booking, listings_listing, crm_product, crm_customer"
LOCKED = GOOD | dict.fromkeys(GOOD.keys() - {"sign-in", *PROBES}, 503)
WAITING = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
RAISING = """
create or replace function fail() returns trigger language plpgsql as
$$ begin raise exception 'arranged' using errcode = tg_argv[0]; end $$
"""


@pytest.fixture(scope="module")
def place(worker_id: str) -> Iterator[Place]:
    found = Place(worker_id)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def nothing_lasts() -> None:
    """These tests ask over HTTP, on servers of their own."""


def assert_answers(seen: dict[str, Seen], expected: dict[str, int]) -> None:
    """These statuses within their bounds; and each 503, but for that of the probe, in the shape of all problems."""
    assert {name: one.status for name, one in seen.items()} == expected
    assert {name: one.seconds for name, one in seen.items() if one.seconds > BOUNDS[name]} == {}
    for name, one in seen.items():
        if one.status == 503 and name not in PROBES:
            assert_unavailable(one.reply)


def assert_unavailable(reply: Reply | None) -> None:
    """A problem or, where a GraphQL query was executed already, one of its errors."""
    assert reply
    assert int(reply.headers["Retry-After"]) > 0
    if reply.headers["Content-Type"].startswith("application/graphql-response+json"):
        about = reply.json()["errors"][0]["extensions"]
        assert about["code"] == "SERVICE_UNAVAILABLE"
    else:
        about = reply.json()
        assert reply.headers["Content-Type"] == "application/problem+json"
    assert about["type"] == "/problems/service-unavailable"


@pytest.mark.parametrize("outage", ["killed", "hung"])
@pytest.mark.parametrize("name", WITHOUT)
def test_outage(place: Place, name: str, outage: str, record_property: Callable[[str, object], None]) -> None:
    own = place.servers[name]
    own.kill() if outage == "killed" else own.pause()
    try:
        seen = place.ask_all()
    finally:
        own.server.start() if outage == "killed" else own.resume()
    after = place.ask_until_good()
    rows = [
        (request, one.status, round(one.seconds, 2), round(after[request], 2) if request in after else None)
        for request, one in seen.items()
    ]
    record_property(f"{name} {outage}", rows)
    print(f"\n{name} {outage}\n{aligned(('request', 'status', 'seconds', 'well after'), rows)}")
    assert_answers(seen, WITHOUT[name])
    assert set(after) == set(GOOD)


def test_a_locked_table_is_503_and_the_rest_goes_on(place: Place) -> None:
    with place.servers["postgres"].connect() as other:
        other.execute(f"lock table {TABLES} in access exclusive mode")
        seen = place.ask_all()
    assert_answers(seen, LOCKED)
    assert set(place.ask_until_good()) == set(GOOD)


def test_a_query_of_many_fields_waits_once(place: Place) -> None:
    """GraphQL goes on to the next field after an error; what is there without the locked table is answered."""
    fields = " ".join(f"p{number}: allProducts(first: 1) {{ edges {{ node {{ id }} }} }}" for number in range(5))
    with place.servers["postgres"].connect() as other:
        other.execute("lock table crm_product in access exclusive mode")
        seen = place.ask({"GraphQL query": lambda: place.graphql(f"{{ __typename {fields} }}")})
    assert_answers(seen, {"GraphQL query": 503})


def test_a_server_that_hangs_in_mid_request_is_503(place: Place) -> None:
    """The statement was sent, and waits for a lock, when Postgres stops."""
    own = place.servers["postgres"]
    with own.connect() as holder, own.connect() as watcher, ThreadPoolExecutor(1) as pool:
        watcher.autocommit = True
        holder.execute(f"lock table {TABLES} in access exclusive mode")
        asked = pool.submit(place.ask, {"booking": place.book})
        while not (asked.done() or watcher.execute(WAITING).fetchone() == (1,)):
            pass
        own.pause()
        try:
            assert_answers(asked.result(), {"booking": 503})
        finally:
            own.resume()
    assert set(place.ask_until_good()) == set(GOOD)


@pytest.mark.parametrize(("name", "request_name"), [("postgres", "listing page"), ("redis", "sign-in")])
def test_of_60_at_once_none_waits_for_another(place: Place, name: str, request_name: str) -> None:
    """More requests than threads: the second of a thread must not begin its own wait."""
    asked = {f"number {number}": place.requests()[request_name] for number in range(60)}
    place.servers[name].pause()
    try:
        seen = place.ask(asked)
    finally:
        place.servers[name].resume()
    assert {one.status for one in seen.values()} == {503}
    assert max(one.seconds for one in seen.values()) < BOUNDS[request_name]
    assert set(place.ask_until_good()) == set(GOOD)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("40001", 503),  # serialization_failure
        ("40P01", 503),  # deadlock_detected
        ("53100", 503),  # disk_full
        ("55P03", 503),  # lock_not_available
        ("57014", 503),  # query_canceled, by a statement_timeout too
        ("23514", 500),  # check_violation: a rule that no service knows is a fault of ours
    ],
)
def test_what_passes_by_itself_is_503(place: Place, state: str, status: int) -> None:
    with psycopg.connect(place.servers["postgres"].url, autocommit=True) as connection:
        connection.execute(RAISING)
        connection.execute(f"create trigger fails before insert on bookings_booking execute function fail('{state}')")
        try:
            reply = place.book()
        finally:
            connection.execute("drop trigger fails on bookings_booking")
    assert reply.status == status
    if status == 503:
        assert_unavailable(reply)
    assert place.book().status == 201


def test_a_kept_connection_that_broke_is_replaced_unseen(place: Place) -> None:
    with psycopg.connect(place.servers["postgres"].url, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where backend_type = 'client backend' and pid <> pg_backend_pid()"
        )
    assert [place.book().status for _ in range(4)] == [201] * 4
