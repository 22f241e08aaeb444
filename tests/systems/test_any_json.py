"""Any JSON at any place of every operation, and any header: never a fault of ours, always one shape of errors.

The operations come from the OpenAPI document and from the schema of GraphQL, so a new one is tried from its first day.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from rest_framework_simplejwt.tokens import AccessToken

import nexus
from nexus.systems import Role as ServedRole
from systems.accounts.models import Role, User
from tests.systems import any_operation, inside
from tests.systems.any_answer import checked
from tests.systems.any_json import HEADER_VALUES, HEADERS, ODD, places, put
from tests.systems.any_request import JSON, Requests, Send
from tests.systems.paying import Sandbox
from tests.systems.wire import Reply, Wire
from tests.systems.world import World

SAMPLE = ("guest", "host", "sales", "manager", "admin")


def machine(send: Send, tokens: list[dict[str, str]], known: dict[str, list[str]]) -> type[Requests]:
    """known: ids, by the name that a path has for them."""
    document = any_operation.of_rest(send("GET", "/api/v1/schema/", {}, None).json())
    assert len(document) >= 20
    members = {"send": staticmethod(send), "tokens": [{}, *tokens], "known": known, "document": document}
    return type("OurRequests", (Requests,), members)


def run(machine: type[Requests], **options: Any) -> None:
    quiet: dict[str, Any] = {"suppress_health_check": list(HealthCheck), "deadline": None, "database": None}
    run_state_machine_as_test(machine, settings=settings(**quiet, **options))


def ids(wire: Wire, path: str, token: dict[str, str] | None = None) -> list[str]:
    return [one["id"] for one in wire.request("GET", f"/api/v1/{path}", token).json()["results"]]


@pytest.fixture
def ours(
    person: Callable[..., User], listing_of: Any, stay_of: Any, client_of: Any, order_of: Any, payable: Sandbox
) -> type[Requests]:
    """The application in this process, in a small world that each run finds as it was."""
    world = World(person, listing_of, stay_of, client_of, order_of)
    people = [*filter(None, world.people.values()), person(Role.MANAGER), person(Role.SALES)]
    tokens = [{"Authorization": f"Bearer {AccessToken.for_user(one)}"} for one in people]
    rows = {
        "listing_id": world.listing, "booking_id": world.stay, "review_id": world.review,
        "customerId": world.customer, "productId": world.product, "id": world.order,
    }  # fmt: skip
    known = {name: [str(row.pk)] for name, row in rows.items()} | {"tx_ref": [str(world.payment.tx_ref)]}
    return machine(inside.send, tokens, known)


@pytest.fixture
def served(worker_id: str, sandbox: Sandbox) -> Iterator[type[Requests]]:
    """The application behind a web server, with sample data of its own."""
    lab = nexus.open(f"test-any-json-{worker_id}", needs=("postgres", "redis"))
    role = ServedRole("api", lab.urls, {"access_minutes": 600, **sandbox.settings()}, lab.services["postgres"])
    wire = Wire(role)
    tokens = [wire.token(f"{name}@example.com") for name in SAMPLE]
    known = {
        "listing_id": ids(wire, "listings/"),
        "booking_id": ids(wire, "bookings/", tokens[0]),
        "id": ["1", "2"],
    }  # of GraphQL
    paid = (wire.request("POST", f"/api/v1/bookings/{id}/payment/", tokens[0]) for id in known["booking_id"])
    known["tx_ref"] = [one.json()["tx_ref"] for one in paid if one.status == 200]
    known["review_id"] = [id for one in known["listing_id"] for id in ids(wire, f"listings/{one}/reviews/")]
    yield machine(wire.request, tokens, known)
    role.stop()
    lab.close()


def ask(ours: type[Requests], *request: Any) -> Reply:
    """The answer. What it changed is taken back."""
    with transaction.atomic():
        reply = ours.send(*request)
        transaction.set_rollback(True)
    return reply


def least_refused(ours: type[Requests], method: str, path: str, body: bytes) -> dict[str, str]:
    """The token with which this request comes furthest."""

    def refusal(token: dict[str, str]) -> tuple[int, bool]:
        reply = ask(ours, method, path, {**JSON, "If-Match": "*", **token}, body)
        return reply.status, b'"errors"' in reply.body

    return min(ours.tokens, key=refusal)


def walk(
    ours: type[Requests], method: str, path: str, good: Any, names: Iterable[str] = (), around: str = "%s"
) -> Reply:
    """Each odd value at each place of what is good, as whom it is good for. names: of members that may be new.

    Returns the answer to what is good.
    """
    body = around.replace("%s", json.dumps(good)).encode()
    headers = {**JSON, "If-Match": "*"} | least_refused(ours, method, path, body)
    for place in {*places(good), *((name,) for name in names)}:
        for odd in ODD:
            text = around.replace("%s", put(good, place, odd))
            checked(ask(ours, method, path, headers, text.encode("utf-8", "surrogatepass")))
    return ask(ours, method, path, headers, body)


def test_each_odd_value_at_each_place_of_a_body(ours: type[Requests]) -> None:
    ids = {name: known[0] for name, known in ours.known.items()}
    done = {
        one.id: walk(ours, one.method, one.path.format_map(ids), one.filled(ids))
        for one in ours.document
        if one.body is not None
    }
    refused = {id for id, reply in done.items() if reply.status >= 400}
    assert refused == {"token_obtain", "token_refresh", "payment_webhook"}  # whose examples are no secrets of ours


def test_each_odd_value_at_each_place_of_variables(ours: type[Requests]) -> None:
    ids, refused = {name: known[0] for name, known in ours.known.items()}, []
    for query in ours.queries:
        good, around = any_operation.examples_of(query, ids), f'{{"query": {json.dumps(query.text)}, "variables": %s}}'
        done = walk(ours, "POST", "/graphql/", good, query.variables, around).json()
        refused += [(error["path"], error["extensions"]["code"]) for error in done.get("errors", [])]
    assert refused == [(["updateOrderStatus"], "ILLEGAL_TRANSITION")]  # the order has this status
    request: dict[str, Any] = {"query": "{ __typename }", "variables": {}, "operationName": None, "extensions": {}}
    assert walk(ours, "POST", "/graphql/", request).status == 200


@pytest.mark.parametrize("name", HEADERS)
def test_each_odd_value_of_a_header(ours: type[Requests], name: str) -> None:
    (listing,) = ours.known["listing_id"]
    reads = (f"/api/v1/listings/{listing}/", "/graphql/?query={__typename}", "/admin/", "/static/admin/css/base.css")
    for value in HEADER_VALUES:
        for path in reads:
            checked(ask(ours, "GET", path, {name: value}, None))
        checked(ask(ours, "POST", "/api/v1/bookings/", {**JSON, **ours.tokens[1], name: value}, b"{}"))


def test_no_json_and_no_header_is_a_fault_of_ours(ours: type[Requests]) -> None:
    run(ours, max_examples=20, stateful_step_count=25, derandomize=True, phases=[Phase.generate, Phase.shrink])


@pytest.mark.prove
@pytest.mark.timeout(1_800)
def test_no_json_and_no_header_gives_a_5xx_in_a_long_run(ours: type[Requests]) -> None:
    run(ours, max_examples=500, stateful_step_count=50, print_blob=True)


@pytest.mark.prove
@pytest.mark.timeout(1_800)
def test_no_json_and_no_header_is_a_fault_over_a_socket(served: type[Requests]) -> None:
    run(served, max_examples=300, stateful_step_count=50, print_blob=True)
