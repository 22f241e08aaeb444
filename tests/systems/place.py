"""The systems on a Postgres and a Redis of their own, to be hurt, with one request of each kind."""

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from threading import Barrier
from typing import Any

import requests

import nexus
from nexus.lab import Own
from nexus.systems import Role
from systems.core.silence import PAUSE_SECONDS
from tests.systems.dates import day
from tests.systems.wire import Reply, Wire

GOOD = {
    "listing page": 200,
    "listing": 200,
    "booking": 201,
    "sign-in": 200,
    "GraphQL query": 200,
    "GraphQL mutation": 200,
    "admin page": 200,
    "healthz": 200,
    "readyz": 200,
}
SETTINGS = {"workers": 2, "access_minutes": 60, "failed_logins": "10000/minute", "booking_pending_nights": 100_000}
ROUND_SECONDS = 0.25  # each round books a night, and the calendar ends
WELL_SECONDS = 15  # a killed Postgres reads its log again when it starts


@dataclass(frozen=True)
class Seen:
    reply: Reply | None  # None: no answer for as long as the client waits
    seconds: float

    @property
    def status(self) -> int:
        return self.reply.status if self.reply else 0


class Place:
    """The systems on a Postgres and a Redis of their own, with one request of each kind."""

    def __init__(self, worker_id: str) -> None:
        self.lab = nexus.open(f"test-outages-{worker_id}", needs=("redis",))
        self.servers: dict[str, Own] = {name: self.lab.own(name) for name in ("postgres", "redis")}
        urls = {name: own.url for name, own in self.servers.items()}
        self.served = Role("api", urls, SETTINGS)
        self.wire = Wire(self.served)
        self.guest, self.sales = self.wire.token(), self.wire.token("sales@example.com")
        self.cookie = self._admin_cookie()
        self.listing = self.wire.request("GET", "/api/v1/listings/").json()["results"][0]["id"]
        self._numbers = count(30)

    def close(self) -> None:
        self.served.stop()
        self.lab.close()

    def _admin_cookie(self) -> str:
        session, page = requests.Session(), f"{self.served.url}/admin/login/"
        session.get(page, timeout=30)
        form = {"username": "admin@example.com", "password": self.served.password}
        session.post(page, {**form, "csrfmiddlewaretoken": session.cookies["csrftoken"]}, timeout=30)
        return f"sessionid={session.cookies['sessionid']}"

    def book(self) -> Reply:
        night = next(self._numbers)
        stay = {"listing": self.listing, "check_in": str(day(night)), "check_out": str(day(night + 1)), "guests": 1}
        return self.wire.json("POST", "/api/v1/bookings/", stay, self.guest)

    def sign_in(self) -> Reply:
        account = {"email": "guest@example.com", "password": self.served.password}
        return self.wire.json("POST", "/api/v1/auth/token/", account)

    def graphql(self, query: str, **variables: Any) -> Reply:
        accept = {"Accept": "application/graphql-response+json"}
        return self.wire.json("POST", "/graphql/", {"query": query, "variables": variables}, self.sales | accept)

    def create_customer(self) -> Reply:
        mutation = "mutation ($c: CustomerInput!) { createCustomer(input: $c) { customer { id } } }"
        number = next(self._numbers)
        return self.graphql(mutation, c={"name": "Bo", "email": f"bo{number}@example.org"})

    def requests(self) -> dict[str, Callable[[], Reply]]:
        """By name, as in GOOD."""

        def get(path: str, **headers: str) -> Callable[[], Reply]:
            return lambda: self.wire.request("GET", path, headers)

        return {
            "listing page": get("/api/v1/listings/"),
            "listing": get(f"/api/v1/listings/{self.listing}/"),
            "booking": self.book,
            "sign-in": self.sign_in,
            "GraphQL query": lambda: self.graphql("{ allProducts(first: 2) { edges { node { name } } } }"),
            "GraphQL mutation": self.create_customer,
            "admin page": get("/admin/bookings/booking/", Cookie=self.cookie),
            "healthz": get("/healthz"),
            "readyz": get("/readyz"),
        }

    def ask_all(self) -> dict[str, Seen]:
        """All at once, so that those which wait do so together."""
        return self.ask(self.requests())

    def ask(self, asked: dict[str, Callable[[], Reply]]) -> dict[str, Seen]:
        together = Barrier(len(asked), timeout=30)

        def timed(send: Callable[[], Reply]) -> Seen:
            together.wait()
            begun = time.monotonic()
            try:
                reply = send()
            except TimeoutError:
                reply = None
            return Seen(reply, time.monotonic() - begun)

        with ThreadPoolExecutor(len(asked)) as pool:
            return dict(zip(asked, pool.map(timed, asked.values()), strict=True))

    def ask_until_good(self) -> dict[str, float]:
        """All again, until all are good for longer than a silence: each worker keeps its own, and may be asked next.

        Returns the seconds after which each answer was good first, or nothing where they are not well in time.
        """
        begun, good, since = time.monotonic(), dict[str, float](), math.inf
        while (now := time.monotonic() - begun) - since <= PAUSE_SECONDS:
            if now > WELL_SECONDS:
                return {}
            seen = self.ask_all()
            now = time.monotonic() - begun
            good = {name: now for name, one in seen.items() if one.status == GOOD[name]} | good
            well = all(one.status == GOOD[name] for name, one in seen.items())
            since = min(since, now) if well else math.inf
            time.sleep(ROUND_SECONDS)
        return good
