"""How a client asks for a stay, and what a refusal says of the fields."""

from typing import Any

from rest_framework.test import APIClient

from systems.listings.models import Listing
from tests.systems.dates import day

BOOKINGS = "/api/v1/bookings/"


def book(
    client: APIClient, place: Listing, start: int = 10, end: int = 13, key: str | None = None, **change: Any
) -> Any:
    stay = {"listing": str(place.pk), "check_in": str(day(start)), "check_out": str(day(end)), "guests": 2}
    headers = {"Idempotency-Key": key} if key is not None else {}
    return client.post(BOOKINGS, {**stay, **change}, format="json", headers=headers)


def fields(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.content
    return [error["field"] for error in answer.json()["errors"]]
