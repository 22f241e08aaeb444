"""The systems with a payment provider of their own, in as many processes as a test needs."""

from itertools import count
from typing import Any

import requests

import nexus
from nexus.systems import Role, urls_for
from tests.systems.broker import until
from tests.systems.dates import day
from tests.systems.paying import PATIENCE_SECONDS, WEBHOOK, Sandbox
from tests.systems.wire import Reply, Wire

# Nights that a test books are no others', and a busy machine may keep it waiting.
SETTINGS = {"access_minutes": 600, "booking_pending_nights": 100_000, "workers": 2}
STATE = """
select coalesce(string_agg(status, ' ' order by created_at), '') from payments_payment where booking_id = %s
"""


class Till:
    """roles: "api", and for what happens in the background "worker" and "relay", which need RabbitMQ."""

    def __init__(self, name: str, *roles: str, **settings: Any) -> None:
        needs = ("postgres", "redis", *(["rabbitmq"] if len(roles) > 1 else []))
        self.lab = nexus.open(name, needs=needs)
        self.sandbox = Sandbox(self.lab.own("provider"))
        self._settings = {**SETTINGS, **self.sandbox.settings(), **settings}
        self.roles = {role: self.role(role) for role in roles}
        self.wire = Wire(self.roles["api"])
        self.guest, self.host = (self.wire.token(f"{name}@example.com") for name in ("guest", "host"))
        self._listing = self._make_listing()
        self._days = count(60, 2)
        self.webhooks_go_to(self.wire.served.url + WEBHOOK)

    def role(self, name: str, **settings: Any) -> Role:
        return Role(name, urls_for(self.lab, name), {**self._settings, **settings}, self.lab.services["postgres"])

    def replace_worker(self, **settings: Any) -> None:
        self.roles["worker"].stop()
        self.roles["worker"] = self.role("worker", **settings)

    def close(self) -> None:
        for role in reversed(self.roles.values()):
            role.stop()
        self.lab.close()

    def webhooks_go_to(self, url: str) -> None:
        where = {"webhook_url": url, "retry_seconds": 1}
        requests.post(f"{self.sandbox.url}/dashboard", json=where, timeout=PATIENCE_SECONDS).raise_for_status()

    def _make_listing(self) -> str:
        place = {"title": "Till", "location": "Pula", "price_per_night": "240.00", "max_guests": 2}
        return str(self.wire.json("POST", "/api/v1/listings/", place, self.host).json()["id"])

    def book(self) -> str:
        first = next(self._days)
        stay = {"listing": self._listing, "check_in": str(day(first)), "check_out": str(day(first + 1)), "guests": 1}
        return str(self.wire.json("POST", "/api/v1/bookings/", stay, self.guest).json()["id"])

    def start(self, booking: str) -> Reply:
        return self.wire.request("POST", f"/api/v1/bookings/{booking}/payment/", self.guest)

    def begin(self) -> tuple[str, str, str]:
        """A booking, and the tx_ref and the checkout page of its payment."""
        booking = self.book()
        begun = self.start(booking).json()
        return booking, begun["tx_ref"], begun["checkout_url"]

    def cancel(self, booking: str) -> Reply:
        return self.wire.request("POST", f"/api/v1/bookings/{booking}/cancel/", self.guest)

    def webhook(self, tx_ref: str, **said: str) -> Reply:
        """One that is rightly signed, whatever it says."""
        return self.sandbox.send(self.wire, {"event": "charge.success", "status": "success", "tx_ref": tx_ref, **said})

    def status(self, booking: str) -> str:
        """Of its payments, the oldest first."""
        with self.lab.connect() as connection:
            return str(connection.execute(STATE, [booking]).fetchone()[0])  # type: ignore[index]

    def until_status(self, booking: str, status: str) -> None:
        until(lambda: self.status(booking) == status)

    def until_asked(self, tx_ref: str, times: int) -> None:
        """Until a worker has asked the provider so often, and has taken over what it said."""
        until(lambda: self.sandbox.ledger()[tx_ref]["asked"] >= times)
        self.settle()

    def settle(self) -> None:
        """Until a payment that begins after all the others is done: with one worker, so are they."""
        booking, _, page = self.begin()
        self.sandbox.pay(page)
        self.until_status(booking, "completed")

    def mails(self, booking: str) -> list[str]:
        """The first words of the subjects of those about money, in order."""
        found = requests.get(f"{self.lab.inbox.page}/messages.json", timeout=PATIENCE_SECONDS).json()
        about = [one["subject"].split()[0] for one in found if booking in one["text"]]
        return [word for word in about if word in {"Receipt", "Refund"}]

    def until_mails(self, booking: str, *words: str) -> None:
        until(lambda: self.mails(booking) == [*words])

    def is_paid(self, booking: str) -> bool:
        with self.lab.connect() as connection:
            found = connection.execute("select paid_at is not null from bookings_booking where id = %s", [booking])
            return bool(found.fetchone()[0])  # type: ignore[index]

    def effects(self, booking: str, *tx_refs: str) -> dict[str, Any]:
        """All that a payment did, counted."""
        return {
            "payments": self.status(booking),
            "paid": self.is_paid(booking),
            "mails": self.mails(booking),
            "charges": self.sandbox.charges(tx_refs),
            "refunds": sum(len(self.sandbox.ledger()[one]["refunds"]) for one in tx_refs),
        }
