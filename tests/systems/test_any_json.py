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


def machine(send: Send, tokens: list[dict[str, str]], known: list[str]) -> type[Requests]:
    """known: what can stand in a path, a query or a body from the start."""
    document = any_operation.of_rest(send("GET", "/api/v1/schema/", {}, None).json())
    assert len(document) >= 20
    members = {"send": staticmethod(send), "tokens": [{}, *tokens], "known": known, "document": document}
    return type("OurRequests", (Requests,), members)


def run(machine: type[Requests], **options: Any) -> None:
    quiet: dict[str, Any] = {"suppress_health_check": list(HealthCheck), "deadline": None, "database": None}
    run_state_machine_as_test(machine, settings=settings(**quiet, **options))


@pytest.fixture
def ours(person: Callable[..., User], listing_of: Any, stay_of: Any, client_of: Any, order_of: Any) -> type[Requests]:
    """The application in this process, in a small world that each run finds as it was."""
    world = World(person, listing_of, stay_of, client_of, order_of)
    people = [*filter(None, world.people.values()), person(Role.SALES), person(Role.MANAGER)]
    tokens = [{"Authorization": f"Bearer {AccessToken.for_user(one)}"} for one in people]
    rows = [world.listing, world.stay, world.review, world.customer, world.order, world.product]
    return machine(inside.send, tokens, [str(row.pk) for row in rows])


@pytest.fixture
def served(worker_id: str) -> Iterator[type[Requests]]:
    """The application behind a web server, with sample data of its own."""
    lab = nexus.open(f"test-any-json-{worker_id}", needs=("postgres", "redis"))
    role = ServedRole("api", lab.urls, {"access_minutes": 600}, lab.services["postgres"])
    wire = Wire(role)
    listings = [one["id"] for one in wire.request("GET", "/api/v1/listings/").json()["results"]]
    yield machine(wire.request, [wire.token(f"{name}@example.com") for name in SAMPLE], [*listings, "1", "2"])
    role.stop()
    lab.close()


def test_no_json_and_no_header_is_a_fault_of_ours(ours: type[Requests]) -> None:
    run(ours, max_examples=40, stateful_step_count=25, derandomize=True, phases=[Phase.generate, Phase.shrink])


@pytest.mark.prove
@pytest.mark.timeout(1_800)
def test_no_json_and_no_header_is_a_fault_of_ours_in_the_long_run(ours: type[Requests]) -> None:
    run(ours, max_examples=1_500, stateful_step_count=50, print_blob=True)


@pytest.mark.prove
@pytest.mark.timeout(1_800)
def test_no_json_and_no_header_is_a_fault_over_a_socket(served: type[Requests]) -> None:
    run(served, max_examples=300, stateful_step_count=50, print_blob=True)
