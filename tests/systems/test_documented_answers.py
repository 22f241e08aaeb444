"""The OpenAPI document against a server that runs: its examples work, and its statuses are those that come.

Every operation is called in every way that is listed below. What comes back must be documented, and what is
documented must have come back.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest

from systems.sample.data import EXAMPLE
from tests.systems.openapi_document import CHECKED_IN
from tests.systems.paying import Sandbox
from tests.systems.wire import Reply, Wire

Headers = dict[str, str]
API, JSON = "/api/v1/", {"Content-Type": "application/json"}
UNKNOWN = "7d0e6a4e-7a39-4a7e-9d5c-0b6f5b3f7a11"
TOO_LARGE = b'{"name": "' + b"x" * 1_500_000 + b'"}'
SAFE = ("get",)
# What takes a server of its own to bring about: test_accounts.py has too many attempts, test_outages.py the outages.
ELSEWHERE = {"429", "503"}

# What the operations need: ids of what is there, and a session of the host's for the calls without a CSRF token.
WORLD = """
import json
from datetime import timedelta
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from systems.accounts.models import RefreshToken, TokenFamily, User
from systems.accounts.services import digest
from systems.bookings.models import Booking
from systems.listings.models import Listing
from systems.payments.models import Payment
from systems.reviews.models import Review
guest, host = (User.objects.get(email=f"{name}@example.com") for name in ("guest", "host"))
family = TokenFamily.objects.create(user=guest)
in_a_day = timezone.now() + timedelta(days=1)
RefreshToken.objects.create(family=family, expires_at=in_a_day, digest=digest("SECRET"))
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(host.pk), host.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session.save()
spare = Listing.objects.create(host=host, title="Spare", location="Pula", price_per_night=80, max_guests=3)
today = timezone.now().date()
def stay(days, status):
    check_in = today + timedelta(days=days)
    return Booking.objects.create(listing=spare, guest=guest, check_in=check_in, check_out=check_in + timedelta(days=1),
                                  guests=1, price_per_night=80, total_price=80, status=status)
stay(-9, "completed")
review = Review.objects.create(booking=stay(-5, "completed"), listing=spare, rating=4)
pending, cancelled = stay(9, "pending"), stay(12, "cancelled")
page = "https://pay.example.com/1"
payment = Payment.objects.create(booking=pending, amount=80, currency="ETB", check_at=in_a_day, checkout_url=page)
print(json.dumps({"session": session.session_key, "listing_id": str(spare.pk), "booking_id": str(pending.pk),
                  "cancelled": str(cancelled.pk), "tx_ref": str(payment.tx_ref), "review_id": str(review.pk)}))
"""


SECRET = "kq3Yk0m1cOZ8x2nB7sVd5tLw9eRgUaHj4fPiQyXvTbM"  # the refresh token of the document's example


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    id: str
    spec: dict[str, Any]

    @property
    def signs_in(self) -> bool:
        return any(way for way in self.spec["security"])

    @property
    def examples(self) -> list[Any]:
        content = self.spec.get("requestBody", {}).get("content", {})
        return [example["value"] for kind in content.values() for example in kind.get("examples", {}).values()]

    @property
    def body(self) -> bytes | None:
        return json.dumps(self.examples[0]).encode() if self.examples else None


def operations(document: dict[str, Any]) -> list[Operation]:
    return [
        Operation(method, path, spec["operationId"], spec)
        for path, item in document["paths"].items()
        for method, spec in item.items()
    ]


CHECKED = operations(json.loads(CHECKED_IN.read_text(encoding="utf-8")))
# As whom an operation succeeds; as the guest where nothing is said.
HOSTS = {"listing_create", "listing_update", "listing_withdraw", "booking_confirm", "review_reply"}
# As whom it is refused, where the account decides.
SIGNED = "payment_webhook"  # by the provider
REFUSED = {
    "listing_create": "guest", "listing_update": "guest", "listing_withdraw": "guest", "booking_create": "host",
    "booking_confirm": "guest", "payment_start": "host", "review_create": "host", "review_reply": "guest",
}  # fmt: skip
# Examples, and what writes without a body, in an order in which each finds what it needs.
STORY = (
    "register", "token_obtain", "me_update", "listing_create", "listing_update", "booking_create", "review_create",
    "review_reply", "token_refresh", "logout", "booking_confirm", "payment_start", "payment_webhook", "booking_cancel",
)  # fmt: skip


@dataclass
class Walk:
    """All calls, and the statuses that came, each with the calls that it came for."""

    wire: Wire
    sandbox: Sandbox
    seen: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    examples: dict[str, list[Reply]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world = json.loads(
            self.wire.served.manage("shell", "-v", "0", "-c", WORLD.replace("SECRET", SECRET)).splitlines()[-1]
        )
        self.tokens = {name: self.wire.token(f"{name}@example.com") for name in ("guest", "host")}
        self.document = self.wire.request("GET", f"{API}schema/").json()
        self.operations = {one.id: one for one in operations(self.document)}
        self.stay = self.operations["booking_create"].examples[0]

    def call(
        self, why: str, id: str, headers: Headers, body: bytes | None = None, *, query: str = "", **unknown: str
    ) -> Reply:
        """unknown: other ids for the path than those of what is there."""
        one = self.operations[id]
        path = one.path.format_map({**self.world, **unknown})
        if id == SIGNED and body:
            headers = {**self.sandbox.sign(body), **headers}
        if id == "listing_availability" and not query:
            query = f"check_in={self.stay['check_in']}&check_out={self.stay['check_out']}"
        reply = self.wire.request(one.method.upper(), f"{path}?{query}".rstrip("?"), headers, body)
        self.seen[id][str(reply.status)].append(why)
        return reply

    def headers(self, one: Operation, account: str = "") -> Headers:
        """With which it succeeds."""
        found = dict(self.tokens[account or ("host" if one.id in HOSTS else "guest")]) if one.signs_in else {}
        if one.examples:
            found |= JSON
        return found | ({"If-Match": "*"} if one.id == "listing_update" else {})

    def refuse(self) -> None:
        """Every way to be refused that no operation has of its own. None of it may change anything."""
        for one in self.operations.values():
            good = self.headers(one)
            self.call("a form of answer that there is not", one.id, {**good, "Accept": "image/png"}, one.body)
            self.call("a condition that does not hold", one.id, {**good, "If-Match": '"none"'}, one.body)
            self.call("too much", one.id, good, TOO_LARGE)
            self.call("another charset", one.id, {**good, "Content-Type": "text/plain; charset=rot13"}, one.body)
            self.call("an unknown name in the query", one.id, good, one.body, query="nonsense=1")
            if one.signs_in:
                self.refuse_accounts(one, good)
            if "{" in one.path:
                self.call("an unknown id", one.id, good, one.body, **dict.fromkeys(self.world, UNKNOWN))
            if one.body:
                self.call("no JSON", one.id, good, b"{")
                self.call("no object", one.id, good, b"[]")
                self.call("an unknown field", one.id, good, b'{"nonsense": 1}')
                self.call("a form", one.id, {**good, "Content-Type": "text/plain"}, b"name=x")

    def refuse_accounts(self, one: Operation, good: Headers) -> None:
        unsigned = {name: value for name, value in good.items() if name != "Authorization"}
        self.call("a bad token", one.id, {**unsigned, "Authorization": "Bearer none"}, one.body)
        if one.method not in SAFE:
            session = {**unsigned, "Cookie": f"sessionid={self.world['session']}"}
            self.call("a session without its CSRF token", one.id, session, one.body)
        if one.id in REFUSED:
            self.call("another's to do", one.id, self.headers(one, REFUSED[one.id]), one.body)

    def refuse_some(self) -> None:
        """What only some operations can be asked."""
        patch = self.operations["listing_update"]
        self.call("no condition", patch.id, {**self.tokens["host"], **JSON}, patch.body)
        self.call("who has it", "listing_read", {"If-None-Match": "*"})
        self.call("a wrong password", "token_obtain", JSON, b'{"email": "x@example.com", "password": "x"}')
        self.call("a token of nobody's", "token_refresh", JSON, b'{"refresh": "x"}')
        self.call("a signature of nobody's", SIGNED, {**JSON, "x-chapa-signature": "x"}, b"{}")

    def succeed(self) -> None:
        key = {"Idempotency-Key": "walk"}
        for one in self.operations.values():
            if one.method in SAFE:
                self.call("as it should be", one.id, self.headers(one))
        for one in map(self.operations.__getitem__, STORY):
            good = {**self.headers(one), **(key if one.id == "booking_create" else {})}
            bodies: list[bytes | None] = [json.dumps(example).encode() for example in one.examples]
            self.examples[one.id] = [self.call("as it should be", one.id, good, body) for body in (bodies or [None])]
        book, withdraw = self.operations["booking_create"], self.operations["listing_withdraw"]
        other = json.dumps({**self.stay, "guests": 1}).encode()
        self.call("a key of another request", book.id, {**self.headers(book), **key}, other)
        for id in (
            "booking_create",
            "review_create",
            "review_reply",
            "booking_confirm",
            "booking_cancel",
            "payment_start",
        ):
            self.call("a second time", id, self.headers(self.operations[id]), self.operations[id].body)
        self.call("as it should be", withdraw.id, self.headers(withdraw))


@pytest.fixture(scope="module")
def walk(wire: Wire, sandbox: Sandbox) -> Walk:
    walk = Walk(wire, sandbox)
    walk.refuse()
    walk.refuse_some()
    walk.succeed()
    return walk


@pytest.mark.parametrize("id", [one.id for one in CHECKED if one.examples])
def test_a_documented_example_succeeds(walk: Walk, id: str) -> None:
    one, replies = walk.operations[id], walk.examples[id]
    assert len(replies) == len(one.examples) > 0
    for reply in replies:
        assert 200 <= reply.status < 300, reply.body


@pytest.mark.parametrize("id", [one.id for one in CHECKED])
def test_every_status_that_comes_is_documented(walk: Walk, id: str) -> None:
    documented = walk.operations[id].spec["responses"]
    assert {status: why for status, why in walk.seen[id].items() if status not in documented} == {}


@pytest.mark.parametrize("id", [one.id for one in CHECKED])
def test_every_documented_status_comes(walk: Walk, id: str) -> None:
    assert walk.operations[id].spec["responses"].keys() - walk.seen[id].keys() - ELSEWHERE == set()


def test_the_example_of_a_booking_is_one_of_the_sample_data(walk: Walk) -> None:
    assert walk.stay["listing"] == str(EXAMPLE)
