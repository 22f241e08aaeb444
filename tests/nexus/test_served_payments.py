"""`nexus.serve("api")` beside `lab.own("provider")`: each learns the other's address."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

import nexus
from nexus import Lab, NexusError, services
from nexus.services.systems import declared
from nexus.systems import Role
from tests.nexus.served import book, mails

WEBHOOK = declared()["api"]["payments_webhook"]
OURS = "SYSTEMS_PAYMENTS_"


@pytest.fixture
def serve() -> Iterator[Callable[..., Role]]:
    """`nexus.serve`, of roles that are stopped after the test."""
    served: list[Role] = []

    def serve_one(role: str, **settings: Any) -> Role:
        served.append(nexus.serve(role, workers=1, **settings))
        return served[-1]

    yield serve_one
    for role in served:
        role.stop()


def payments_settings(role: Role) -> dict[str, str]:
    """What its process was given, without the prefix."""
    environment = role._server.processes()[0].environ()
    return {name.removeprefix(OURS): value for name, value in environment.items() if name.startswith(OURS)}


def goes_to(page: str | None) -> object:
    return requests.get(str(page), timeout=10).json()["webhook_url"]


def test_the_api_and_the_provider_know_each_other(open_lab: Callable[..., Lab], serve: Callable[..., Role]) -> None:
    own = open_lab().own("provider")
    api = serve("api")
    given = payments_settings(api)
    assert (given["URL"], given["MODE"]) == (own.url, "test")
    assert own.connect().headers["Authorization"] == f"Bearer {given['KEY']}"
    assert given["WEBHOOK_SECRET"] == own.server.webhook_secret  # type: ignore[attr-defined]
    assert goes_to(own.page) == api.url + WEBHOOK


def test_the_newest_api_gets_the_webhooks(open_lab: Callable[..., Lab], serve: Callable[..., Role]) -> None:
    lab = open_lab()
    first, newest = lab.own("provider"), lab.own("provider")
    serve("api")
    api = serve("api")
    assert goes_to(newest.page) == api.url + WEBHOOK
    assert goes_to(first.page) is None
    newest.remove()
    another = serve("api")
    assert goes_to(first.page) == another.url + WEBHOOK


def test_without_a_provider_the_api_gets_none(open_lab: Callable[..., Lab], serve: Callable[..., Role]) -> None:
    open_lab()
    assert payments_settings(serve("api")) == {}


def test_a_provider_that_is_down_is_said(open_lab: Callable[..., Lab], serve: Callable[..., Role]) -> None:
    open_lab().own("provider").kill()
    before = set(services.own_folder().glob("systems-*"))
    with pytest.raises(NexusError, match="the payment provider does not answer"):
        serve("api")
    assert set(services.own_folder().glob("systems-*")) <= before


def test_a_worker_over_rabbitmq_pays_back_by_it(open_lab: Callable[..., Lab], serve: Callable[..., Role]) -> None:
    own = open_lab(needs=("postgres", "redis", "rabbitmq")).own("provider")
    assert payments_settings(serve("worker"))["URL"] == own.url
    assert payments_settings(serve("relay")) == {}
    assert goes_to(own.page) is None  # a worker takes no webhooks


def test_a_stay_is_paid_over_rabbitmq(open_lab: Callable[..., Lab], serve: Callable[..., Role]) -> None:
    """From the API to the provider's page, back by its webhook, and on to the mail."""
    lab = open_lab(needs=("postgres", "redis", "rabbitmq"))
    lab.own("provider")
    api, _, _ = (serve(role) for role in ("api", "worker", "relay"))
    guest = api.sign_in("guest@example.com")
    booking = book(api.url, guest)
    begun = guest.post(f"{api.url}/api/v1/bookings/{booking}/payment/", timeout=30).json()
    requests.post(begun["checkout_url"], data={"outcome": "success"}, timeout=30).raise_for_status()
    assert any(subject.startswith("Receipt") for subject in mails(lab.inbox.page or "", 3))
    assert guest.get(f"{api.url}/api/v1/payments/{begun['tx_ref']}/", timeout=30).json()["status"] == "completed"
