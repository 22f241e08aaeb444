"""Listings page by page: none lost, none twice, whatever happens meanwhile."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from systems.accounts.models import Role, User
from systems.listings.models import Listing

LISTINGS = "/api/v1/listings/"
Client = Callable[..., APIClient]
Person = Callable[..., User]
ListingOf = Callable[..., Listing]


def titles(client: APIClient, **query: Any) -> list[str]:
    answer = client.get(LISTINGS, query)
    assert answer.status_code == 200, answer.json()
    return [listing["title"] for listing in answer.json()["results"]]


def read_all(client: APIClient, size: int, ordering: str, happens: Callable[[], object] = lambda: None) -> list[str]:
    """The ids of all pages, in order; after each page something happens."""
    seen: list[str] = []
    query: Any = {"page_size": size, "ordering": ordering, "q": "flat"}
    link: str | None = f"{LISTINGS}"
    while link:
        page = client.get(link, query).json()
        seen += [listing["id"] for listing in page["results"]]
        link, query = page["next"], None
        happens()
    return seen


@pytest.mark.parametrize("ordering", ["newest", "price", "-price", "relevance"])
@pytest.mark.parametrize("size", [1, 3, 10, 11])
def test_pages_of_equal_values_lose_and_repeat_no_row(
    client_of: Client, listing_of: ListingOf, person: Person, ordering: str, size: int
) -> None:
    host = person(Role.HOST)
    ids = {str(listing_of(host).pk) for _ in range(10)}
    Listing.objects.update(created_at="2026-01-01T00:00:00Z")
    seen = read_all(client_of(), size, ordering)
    assert len(seen) == 10
    assert set(seen) == ids


def test_pages_stay_whole_while_others_insert_and_withdraw(
    client_of: Client, listing_of: ListingOf, person: Person
) -> None:
    host = person(Role.HOST)
    ids = [str(listing_of(host, price_per_night=n).pk) for n in range(1, 13)]

    def cheaper_ones_come_and_go() -> None:
        listing_of(host, price_per_night=1)
        Listing.objects.filter(pk=ids[0]).delete()

    assert read_all(client_of(), 3, "price", cheaper_ones_come_and_go) == ids


@pytest.mark.parametrize("ordering", ["newest", "price", "-price"])
def test_previous_leads_back_over_the_same_pages(
    client_of: Client, listing_of: ListingOf, person: Person, ordering: str
) -> None:
    host, client = person(Role.HOST), client_of()
    for n in range(7):
        listing_of(host, price_per_night=50 + n // 3)
    forward, link = [], f"{LISTINGS}?page_size=3&ordering={ordering}"
    while link:
        forward.append(client.get(link).json())
        link = forward[-1]["next"]
    assert [len(page["results"]) for page in forward] == [3, 3, 1]
    assert forward[0]["previous"] is None
    back = [client.get(forward[-1]["previous"]).json()]
    back.append(client.get(back[-1]["previous"]).json())
    assert [page["results"] for page in back] == [forward[1]["results"], forward[0]["results"]]
    assert back[-1]["previous"] is None
    assert client.get(back[-1]["next"]).json()["results"] == forward[1]["results"]


def test_a_link_keeps_the_search(client_of: Client, listing_of: ListingOf) -> None:
    for _ in range(3):
        listing_of()
    link = client_of().get(LISTINGS, {"q": "flat", "max_price": "90", "page_size": "2"}).json()["next"]
    assert {"q=flat", "max_price=90", "page_size=2"} < set(urlsplit(link).query.split("&"))


def test_a_page_takes_one_query_however_many_rows_it_has(client_of: Client, listing_of: ListingOf) -> None:
    counts = []
    for wanted in (2, 20):
        for _ in range(wanted):
            listing_of()
        with CaptureQueriesContext(connection) as queries:
            assert len(titles(client_of(), page_size=wanted)) == wanted
        counts.append(len(queries))
    assert counts == [1, 1]
