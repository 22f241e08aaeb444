"""For the tests of the systems: Django on a room of this worker's own, and people with tokens."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.systems import room

room.set_up()

from django.db import transaction
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

import nexus
from nexus.systems import Role as ServedRole
from systems.accounts.failed_logins import _limiter
from systems.accounts.models import Role, User
from systems.bookings.models import Booking, Status
from systems.crm.models import Customer, Order, OrderLine, Product
from systems.listings.models import Listing
from systems.payments.provider import breaker
from tests.systems.dates import day
from tests.systems.paying import Sandbox
from tests.systems.wire import Wire


@pytest.fixture(scope="session", autouse=True)
def _servers() -> None:
    room.open_room()


@pytest.fixture(autouse=True)
def nothing_lasts() -> Iterator[None]:
    """Each test in a transaction that is rolled back, with no counts in Redis."""
    _limiter().storage.reset()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def person() -> Callable[..., User]:
    """Makes an account. Without a password, unless one is named: most tests use a token."""
    numbers = iter(range(1_000_000))

    def make(role: str = Role.GUEST, password: str | None = None) -> User:
        user = User(email=f"{role}{next(numbers)}@example.com", name=f"a {role}", role=role)
        user.set_unusable_password()
        if password:
            user.set_password(password)
        user.save()
        return user

    return make


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person(Role.MANAGER)


@pytest.fixture
def client_of() -> Callable[..., APIClient]:
    """A client that sends this account's token, or none."""

    def make(user: User | None = None) -> APIClient:
        client = APIClient(raise_request_exception=False)
        if user:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.for_user(user)}")
        return client

    return make


@pytest.fixture
def listing_of(person: Callable[..., User]) -> Callable[..., Listing]:
    def make(host: User | None = None, **fields: Any) -> Listing:
        fields = {
            "title": "Flat at the harbour",
            "location": "Pula",
            "price_per_night": Decimal(80),
            "max_guests": 3,
            **fields,
        }
        return Listing.objects.create(host=host or person(Role.HOST), **fields)

    return make


@pytest.fixture
def stay_of(person: Callable[..., User], listing_of: Callable[..., Listing]) -> Callable[..., Booking]:
    """A stay that is there already, from and to a day counted from today: confirmed or, where it is over, completed."""

    def make(
        listing: Listing | None = None,
        guest: User | None = None,
        start: int = 10,
        end: int = 13,
        status: str | None = None,
    ) -> Booking:
        listing = listing or listing_of()
        return Booking.objects.create(
            listing=listing,
            guest=guest or person(),
            check_in=day(start),
            check_out=day(end),
            guests=1,
            price_per_night=listing.price_per_night,
            total_price=listing.price_per_night * (end - start),
            status=status or (Status.CONFIRMED if end > 0 else Status.COMPLETED),
        )

    return make


@pytest.fixture
def customer_of(person: Callable[..., User]) -> Callable[..., Customer]:
    """A customer of this sales person, or of one that is made."""
    numbers = iter(range(1_000_000))

    def make(owner: User | None = None, **fields: Any) -> Customer:
        number = next(numbers)
        fields = {"name": f"Customer {number:03}", "email": f"customer{number}@example.org", **fields}
        return Customer.objects.create(owner=owner or person(Role.SALES), **fields)

    return make


@pytest.fixture
def product_of() -> Callable[..., Product]:
    def make(**fields: Any) -> Product:
        return Product.objects.create(**{"name": "Lamp", "price": Decimal("12.50"), "stock": 50, **fields})

    return make


@pytest.fixture
def order_of(customer_of: Callable[..., Customer], product_of: Callable[..., Product]) -> Callable[..., Order]:
    """An order that is there already: of so many of each of these products, or of one lamp."""

    def make(customer: Customer | None = None, products: dict[Product, int] | None = None, **fields: Any) -> Order:
        products = products or {product_of(): 1}
        total = sum((product.price * quantity for product, quantity in products.items()), Decimal())
        order = Order.objects.create(**{"customer": customer or customer_of(), "total": total, **fields})
        OrderLine.objects.bulk_create(
            OrderLine(order=order, product=product, quantity=quantity, unit_price=product.price)
            for product, quantity in products.items()
        )
        return order

    return make


@pytest.fixture
def ask(client_of: Callable[..., APIClient]) -> Callable[..., Any]:
    """The answer to a GraphQL query, as this account or as nobody."""

    def send(user: User | None, query: str, operation: str | None = None, **variables: Any) -> Any:
        body = {"query": query, "variables": variables, "operationName": operation}
        accept = "application/graphql-response+json"
        return client_of(user).post("/graphql/", body, format="json", HTTP_ACCEPT=accept).json()

    return send


@pytest.fixture(scope="session")
def sandbox(worker_id: str) -> Iterator[Sandbox]:
    """A payment provider for all tests of this process, each of which leaves it without faults."""
    lab = nexus.open(f"test-sandbox-{worker_id}", needs=())
    yield Sandbox(lab.own("provider"))
    lab.close()


@pytest.fixture
def payable(sandbox: Sandbox) -> Iterator[Sandbox]:
    """The provider that the Django of this process uses."""
    breaker.ends()
    with sandbox.in_use():
        yield sandbox
    sandbox.faults()


@pytest.fixture(scope="session")
def wire(worker_id: str, sandbox: Sandbox) -> Iterator[Wire]:
    """The systems with sample data behind a real web server, for all tests of this process."""
    lab = nexus.open(f"test-wire-{worker_id}", needs=("postgres", "redis"))
    settings = {"access_minutes": 600, **sandbox.settings()}
    served = ServedRole("api", lab.urls, settings, lab.services["postgres"])
    yield Wire(served)
    served.stop()
    lab.close()
