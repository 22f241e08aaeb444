"""Any JSON at any place of every operation, and any header: never a fault of ours, always one shape of errors.

The operations come from the OpenAPI document and from the schema of GraphQL, so a new one is tried from its first day.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from rest_framework_simplejwt.tokens import AccessToken

import nexus
from nexus.systems import Role as ServedRole
from systems.accounts.models import Role, User
from tests.systems import any_operation, inside
from tests.systems.any_request import Requests, Send
from tests.systems.wire import Wire
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
def ours(person: Callable[..., User], listing_of: Any, stay_of: Any, client_of: Any, order_of: Any) -> type[Requests]:
    """The application in this process, in a small world that each run finds as it was."""
    world = World(person, listing_of, stay_of, client_of, order_of)
    people = [*filter(None, world.people.values()), person(Role.SALES), person(Role.MANAGER)]
    tokens = [{"Authorization": f"Bearer {AccessToken.for_user(one)}"} for one in people]
    rows = {"listing_id": world.listing, "booking_id": world.stay, "review_id": world.review, "id": world.customer}
    return machine(inside.send, tokens, {name: [str(row.pk)] for name, row in rows.items()})


@pytest.fixture
def served(worker_id: str) -> Iterator[type[Requests]]:
    """The application behind a web server, with sample data of its own."""
    lab = nexus.open(f"test-any-json-{worker_id}", needs=("postgres", "redis"))
    role = ServedRole("api", lab.urls, {"access_minutes": 600}, lab.services["postgres"])
    wire = Wire(role)
    tokens = [wire.token(f"{name}@example.com") for name in SAMPLE]
    known = {"listing_id": ids(wire, "listings/"), "booking_id": ids(wire, "bookings/", tokens[0]), "id": ["1", "2"]}
    known["review_id"] = [id for one in known["listing_id"] for id in ids(wire, f"listings/{one}/reviews/")]
    yield machine(wire.request, tokens, known)
    role.stop()
    lab.close()


def test_no_json_and_no_header_is_a_fault_of_ours(ours: type[Requests]) -> None:
    run(ours, max_examples=60, stateful_step_count=25, derandomize=True, phases=[Phase.generate, Phase.shrink])


@pytest.mark.prove
@pytest.mark.timeout(1_800)
def test_no_json_and_no_header_is_a_fault_of_ours_in_the_long_run(ours: type[Requests]) -> None:
    run(ours, max_examples=500, stateful_step_count=50, print_blob=True)


@pytest.mark.prove
@pytest.mark.timeout(1_800)
def test_no_json_and_no_header_is_a_fault_over_a_socket(served: type[Requests]) -> None:
    run(served, max_examples=300, stateful_step_count=50, print_blob=True)
