"""Reviews: after the stay, once, and counted exactly."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from systems.accounts.models import Role, User
from systems.bookings.models import Booking, Status
from systems.listings.models import Listing
from systems.reviews.models import Review

Client = Callable[..., APIClient]
Person = Callable[..., User]
ListingOf = Callable[..., Listing]
StayOf = Callable[..., Booking]


def reviews(listing: Listing) -> str:
    return f"/api/v1/listings/{listing.pk}/reviews/"


def say(client: APIClient, listing: Listing, rating: Any = 4, **more: Any) -> Any:
    return client.post(reviews(listing), {"rating": rating, **more}, format="json")


@pytest.fixture
def stay(stay_of: StayOf) -> Booking:
    """One that is over."""
    return stay_of(start=-5, end=-2)


def test_a_guest_reviews_a_completed_stay_once(client_of: Client, stay: Booking) -> None:
    made = say(client_of(stay.guest), stay.listing, comment="The gulls were on time.")
    assert made.status_code == 201
    assert (made.json()["guest_name"], made.json()["rating"]) == ("a guest", 4)
    again = say(client_of(stay.guest), stay.listing)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-done")
    assert client_of().get(reviews(stay.listing)).json()["results"] == [made.json()]


def test_each_stay_has_a_review_of_its_own(client_of: Client, stay: Booking, stay_of: StayOf) -> None:
    stay_of(stay.listing, stay.guest, start=-10, end=-6)
    assert [say(client_of(stay.guest), stay.listing).status_code for _ in range(3)] == [201, 201, 409]


@pytest.mark.parametrize(
    ("status", "start", "end"),
    [(Status.CONFIRMED, -2, 1), (Status.CANCELLED, -5, -2), (Status.PENDING, -5, -2), (Status.CONFIRMED, 3, 5)],
)
def test_who_has_not_stayed_to_the_end_has_nothing_to_say(
    client_of: Client, stay_of: StayOf, status: str, start: int, end: int
) -> None:
    stay = stay_of(start=start, end=end, status=status)
    assert say(client_of(stay.guest), stay.listing).status_code == 403


def test_neither_another_guest_nor_the_host_reviews(client_of: Client, stay: Booking, person: Person) -> None:
    assert [say(client_of(who), stay.listing).status_code for who in (person(), stay.listing.host)] == [403, 403]


@pytest.mark.parametrize("rating", [0, 6, 2.5, "many", None])
def test_a_rating_is_one_to_five(client_of: Client, stay: Booking, rating: Any) -> None:
    answer = say(client_of(stay.guest), stay.listing, rating)
    assert [error["field"] for error in answer.json()["errors"]] == ["rating"]


def test_the_listing_shows_the_mean_and_a_new_version(client_of: Client, stay: Booking, stay_of: StayOf) -> None:
    for rating, start in ((5, -9), (4, -8), (4, -7)):
        say(client_of(stay_of(stay.listing, start=start, end=start + 1).guest), stay.listing, rating)
    shown = client_of().get(f"/api/v1/listings/{stay.listing.pk}/")
    assert (shown.json()["rating_mean"], shown.json()["rating_count"]) == (4.33, 3)
    assert shown["ETag"].startswith('"v4-')


def test_the_host_replies_once(client_of: Client, stay: Booking, person: Person) -> None:
    review = say(client_of(stay.guest), stay.listing).json()["id"]
    reply = f"/api/v1/reviews/{review}/reply/"
    said = {"reply": "They send their regards."}
    codes = [
        client_of(who).post(reply, said, format="json").status_code
        for who in (stay.guest, person(Role.HOST), stay.listing.host, stay.listing.host)
    ]
    assert codes == [403, 403, 200, 409]
    (shown,) = client_of().get(reviews(stay.listing)).json()["results"]
    assert shown["reply"] == said["reply"]
    assert shown["replied_at"]


def test_a_reply_needs_words_and_a_review(client_of: Client, stay: Booking) -> None:
    review = say(client_of(stay.guest), stay.listing).json()["id"]
    host = client_of(stay.listing.host)
    assert host.post(f"/api/v1/reviews/{review}/reply/", {"reply": " "}, format="json").status_code == 400
    assert host.post(f"/api/v1/reviews/{stay.pk}/reply/", {"reply": "x"}, format="json").status_code == 404


def test_reviews_are_read_page_by_page(client_of: Client, listing_of: ListingOf, stay_of: StayOf) -> None:
    listing = listing_of()
    for n in range(5):
        say(client_of(stay_of(listing, start=-20 + n, end=-19 + n).guest), listing)
    first = client_of().get(reviews(listing), {"page_size": 3}).json()
    second = client_of().get(first["next"]).json()
    assert len({one["id"] for one in first["results"] + second["results"]}) == 5
    assert second["next"] is None


@pytest.mark.parametrize(
    "broken", [{"rating": 6}, {"rating": 0}, {"reply": "x"}, {"replied_at": "2030-01-01T00:00:00Z"}]
)
def test_the_database_itself_refuses_what_cannot_be(client_of: Client, stay: Booking, broken: dict[str, Any]) -> None:
    say(client_of(stay.guest), stay.listing)
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.update(**broken)
