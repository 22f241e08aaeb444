"""A small world in which every call means something, for every caller."""

import re
from collections.abc import Mapping
from copy import copy
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db import transaction
from rest_framework.test import APIClient

from systems.accounts.models import Role, TokenFamily, User
from systems.accounts.services import _issue
from systems.bookings.models import Status
from systems.payments.models import Discrepancy, Payment, Refund
from systems.reviews.models import Review
from tests.systems.dates import day

CALLERS = ("nobody", "guest", "other guest", "host", "other host", "admin")
# What a form of the admin pages may hold; each takes its own.
FORM = {
    "amenities": "wifi", "comment": "", "description": "", "email": "new@example.com", "location": "Pula",
    "max_guests": 3, "name": "Bo", "post": "yes", "role": "guest", "title": "Flat",
}  # fmt: skip


EMPTY: Mapping[str, str] = {}
PARAMETER = re.compile(r"<\w+:(\w+)>|\^?\(\?P<(\w+)>.*\)(/?)\$")


class World:
    """guest has stays at a listing of host: one asked for, one that is over, and one that is over and reviewed."""

    password = "correct horse battery"
    stay_sought: ClassVar = {"check_in": str(day(20)), "check_out": str(day(22))}
    parameters: ClassVar = {
        "api/v1/listings/<id:listing_id>/availability/": stay_sought,
        "graphql/": {"query": "{ __typename }"},
    }

    def __init__(self, person: Any, listing_of: Any, stay_of: Any, client_of: Any, order_of: Any) -> None:
        guest, host = person(password=self.password), person(Role.HOST)
        people = (None, guest, person(), host, person(Role.HOST), person(Role.ADMIN))
        self.people, self.client_of = dict(zip(CALLERS, people, strict=True)), client_of
        self.listing = listing_of(host)
        self.stay = stay_of(self.listing, guest, status=Status.PENDING)
        stay_of(self.listing, guest, -5, -3)
        reviewed = stay_of(self.listing, guest, -9, -7)
        self.review = Review.objects.create(booking=reviewed, listing=self.listing, rating=4)
        self.family = TokenFamily.objects.create(user=guest)
        self.order = order_of()
        self.customer, self.product = self.order.customer, self.order.lines.get().product
        self.payment = Payment.objects.create(
            booking=self.stay, amount=self.stay.total_price, currency="ETB", checkout_url="https://pay.example.com/1",
            check_at=self.stay.created_at,
        )  # fmt: skip
        self.refund = Refund.objects.create(payment=self.payment, amount=1, reason="", check_at=self.stay.created_at)
        self.discrepancy = Discrepancy.objects.create(payment=self.payment, what="odd")
        self.spare = person()  # whom an admin can delete: no stay or place is theirs
        self.sessions: dict[str, Any] = {}
        self.bodies = self._bodies(guest, _issue(self.family).refresh)

    def call(self, caller: str, method: str, route: str, query: Mapping[str, str] = EMPTY, **more: Any) -> Any:
        """The answer to one call. What it changed is taken back, so that the next caller finds the same world.

        query, more: what to add to the parameters and to the fields of the body.
        """
        admin, reads = route.startswith("admin/"), method in {"GET", "HEAD"}
        client = self._session(caller) if admin else self.client_of(self.people[caller])
        said: dict[str, Any] = {"data": {**self.bodies.get(route, {}), **more}, "format": "json"}
        if admin:
            said = {"data": {**FORM, "owner": self.customer.owner_id}}
        if reads:
            said = {}
            query = {**self.parameters.get(route, {}), **query}
        said["QUERY_STRING"] = urlencode(query)
        with transaction.atomic():
            answer = getattr(client, method.lower())(self.path(route), **said, headers={"If-Match": "*"})
            transaction.set_rollback(True)
        return answer

    def _session(self, caller: str) -> APIClient:
        """The admin pages know who calls by a session; the API gets a token."""
        client: APIClient = self.client_of()
        if user := self.people[caller]:
            if caller not in self.sessions:
                client.force_login(user)
                self.sessions[caller] = client.cookies
            client.cookies = copy(self.sessions[caller])
        return client

    def path(self, route: str) -> str:
        """The address, on this route, of what is here."""
        things = {
            "user": self.spare, "tokenfamily": self.family,
            "listing": self.listing, "booking": self.stay, "review": self.review,
            "customer": self.customer, "product": self.product, "order": self.order,
            "payment": self.payment, "refund": self.refund, "discrepancy": self.discrepancy,
        }  # fmt: skip
        known = {f"{name}_id": thing.pk for name, thing in things.items()}
        known |= {
            "tx_ref": self.payment.tx_ref,
            "slug": "not-found",
            "content_type_id": 1,
            "object_id": 1,
            "app_label": "bookings",
            "url": "nowhere",
        }
        if route.startswith("admin/") and (model := route.split("/")[2:3]) and model[0] in things:
            known["object_id"] = things[model[0]].pk
        return "/" + PARAMETER.sub(lambda found: f"{known[found[1] or found[2]]}{found[3] or ''}", route)

    def _bodies(self, guest: User, refresh: str) -> dict[str, Any]:
        listing = "api/v1/listings/<id:listing_id>/"
        place = {"title": "Boat", "location": "Lamu", "price_per_night": "90.00", "max_guests": 2}
        stay = {**self.stay_sought, "listing": str(self.listing.pk), "guests": 2}
        return {
            "api/v1/auth/register/": {"email": "new@example.com", "password": self.password},
            "api/v1/auth/token/": {"email": guest.email, "password": self.password},
            "api/v1/auth/token/refresh/": {"refresh": refresh},
            "api/v1/auth/logout/": {"refresh": refresh},
            "api/v1/auth/me/": {"name": "Bo"},
            "api/v1/listings/": place,
            listing: {"title": "Boat"},
            f"{listing}reviews/": {"rating": 5},
            "api/v1/bookings/": stay,
            "api/v1/reviews/<id:review_id>/reply/": {"reply": "Come again."},
            "graphql/": {"query": "{ __typename }"},  # what data an account may ask for is another walk
        }
