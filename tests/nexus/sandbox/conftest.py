"""The inbox and the provider, running, in a folder that is gone after the module's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from nexus.services import Home
from nexus.services.inbox import Inbox
from nexus.services.provider import Provider
from tests.nexus.sandbox.clients import Mailer, Shop, Shopper


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("sand box") / "home", throw_away=True)
    home.hold()
    yield home
    home.release()
    home.remove()


@pytest.fixture(scope="module")
def inbox(home: Home) -> Inbox:
    server = Inbox(home.folder / "inbox")
    home.start([server])
    return server


@pytest.fixture
def mailer(inbox: Inbox) -> Mailer:
    """Of an inbox that is empty and well."""
    mailer = Mailer(inbox)
    requests.delete(f"{mailer.url}/messages.json", timeout=30).raise_for_status()
    mailer.faults()
    return mailer


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """The merchant's server, which takes webhooks."""
    with Shop() as shop:
        yield shop


@pytest.fixture(scope="module")
def provider(home: Home, shop: Shop) -> Provider:
    server = Provider(home.folder / "provider", {"WEBHOOK_URL": shop.url, "RETRY_SECONDS": "0.2", "RETRIES": "3"})
    home.start([server])
    return server


@pytest.fixture
def shopper(provider: Provider, shop: Shop) -> Iterator[Shopper]:
    """Of a provider that is well, with a shop that has seen nothing yet."""
    shop.forget()
    shopper = Shopper(provider, shop)
    yield shopper
    shopper.faults()


@pytest.fixture
def fresh(tmp_path: Path, shop: Shop) -> Iterator[Provider]:
    """A provider to kill, not started, with a ledger of its own."""
    server = Provider(tmp_path / "provider", {"WEBHOOK_URL": shop.url, "RETRY_SECONDS": "0.2"})
    shop.forget()
    yield server
    server.remove()
