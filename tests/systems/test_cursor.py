"""Cursors and pages, without a view around them: the text of a cursor, its refusals, and the links of a page."""

import base64
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from systems.accounts.models import Role, User
from systems.api.paging import Page, page
from systems.core.cursor import NO_CURSOR, Cursor, Ordering
from systems.listings.models import Listing
from systems.listings.selectors import ORDERINGS, listings_search
from tests.systems.queries import statements

ELSEWHERE = "this cursor belongs to another ordering: begin at the first page"
ListingOf = Callable[..., Listing]


@pytest.fixture
def request_() -> Request:
    return Request(APIRequestFactory().get("/places/", {"q": "a b", "cursor": "the one before"}))


@pytest.fixture
def places(listing_of: ListingOf, person: Callable[..., User]) -> list[Listing]:
    """Of rising price."""
    host = person(Role.HOST)
    return [listing_of(host, price_per_night=price) for price in (10, 20, 30, 40, 50)]


def at(place: Listing, name: str = "price", backwards: bool = False) -> str:
    """The cursor beside this place."""
    place.refresh_from_db()
    return str(Cursor(name, [place.price_per_night, place.pk], backwards))


def link(place: Listing, name: str = "price", backwards: bool = False) -> str:
    return f"http://testserver/places/?q=a+b&cursor={at(place, name, backwards)}"


# --- the text


@pytest.mark.parametrize("price", ["1", "10", "100", "1000"])
def test_a_cursor_is_read_as_it_was_written_whatever_its_length(price: str) -> None:
    for backwards in (False, True):
        text = str(Cursor("price", [Decimal(price), "ü?>"], backwards))
        assert text.replace("-", "").replace("_", "").isalnum()
        assert Cursor.decode(text, ORDERINGS["price"]) == Cursor("price", [price, "ü?>"], backwards)


def test_a_cursor_is_short_and_leads_forward_by_default() -> None:
    text = str(Cursor("price", [Decimal("80.00"), 7]))
    padded = text + "=" * (-len(text) % 4)
    assert base64.urlsafe_b64decode(padded) == b'["price",["80.00","7"],false]'


def written(json: bytes) -> str:
    return base64.urlsafe_b64encode(json).decode().rstrip("=")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nonsense", NO_CURSOR),
        ("a", NO_CURSOR),
        (written(b"null"), NO_CURSOR),
        (written(b'["price",[]]'), NO_CURSOR),
        (written(b'["price",1,false]'), NO_CURSOR),
        (written(b"[" * 9_999), NO_CURSOR),
        (str(Cursor("newest", ["2030-01-01", "x"])), ELSEWHERE),
        (str(Cursor("price", ["80"])), NO_CURSOR),
        (str(Cursor("price", ["80", "x", "y"])), NO_CURSOR),
        (str(Cursor("price", ["cheap", "x"])), NO_CURSOR),
    ],
)
def test_a_cursor_of_another_list_is_refused_with_the_reason(request_: Request, text: str, why: str) -> None:
    with pytest.raises(ValidationError) as error:
        page(request_, Listing.objects.all(), ORDERINGS["price"], page_size=2, cursor=text)
    assert error.value.message_dict == {"cursor": [why]}


@pytest.mark.parametrize("number", ["high", "1_0", "inf"])  # Python reads the last two
def test_a_number_that_the_query_made_must_be_one(request_: Request, number: str) -> None:
    found, cursor = listings_search(q="flat", ordering="relevance"), str(Cursor("relevance", [number, str(uuid4())]))
    with pytest.raises(ValidationError) as error:
        page(request_, found, ORDERINGS["relevance"], page_size=2, cursor=cursor)
    assert error.value.message_dict == {"cursor": [NO_CURSOR]}


def test_a_text_that_no_row_can_have_is_no_place(request_: Request) -> None:
    ordering = Ordering("title", ["title", "id"])
    with pytest.raises(ValidationError) as error:
        page(
            request_,
            Listing.objects.all(),
            ordering,
            page_size=2,
            cursor=str(Cursor("title", ["a\x00b", str(uuid4())])),
        )
    assert error.value.message_dict == {"cursor": [NO_CURSOR]}


@pytest.mark.parametrize(
    "text", [b'["price",["80"],1]', b'["price",["80"], true]', b'["price",[80],true]', b'["price","80",true]']
)
def test_a_cursor_is_written_in_one_way(text: bytes) -> None:
    with pytest.raises(ValidationError) as error:
        Cursor.decode(written(text), ORDERINGS["price"])
    assert error.value.message_dict == {"cursor": [NO_CURSOR]}


# --- the page


@pytest.mark.parametrize(
    ("name", "beside", "backwards", "size", "seen", "previous", "following"),
    [
        ("price", None, False, 2, [0, 1], None, 1),
        ("price", None, False, 5, [0, 1, 2, 3, 4], None, None),
        ("price", 1, False, 2, [2, 3], 2, 3),
        ("price", 2, False, 2, [3, 4], 3, None),
        ("price", 4, False, 2, [], None, None),
        ("price", 4, True, 2, [2, 3], 2, 3),
        ("price", 2, True, 2, [0, 1], None, 1),
        ("price", 0, True, 2, [], None, None),
        ("-price", None, False, 2, [4, 3], None, 3),
        ("-price", 3, False, 2, [2, 1], 2, 1),
        ("-price", 1, False, 2, [0], 0, None),
        ("-price", 0, True, 2, [2, 1], 2, 1),
    ],
)
def test_a_page_links_to_its_neighbours_where_there_are_any(
    request_: Request,
    places: list[Listing],
    name: str,
    beside: int | None,
    backwards: bool,
    size: int,
    seen: list[int],
    previous: int | None,
    following: int | None,
) -> None:
    cursor = None if beside is None else at(places[beside], name, backwards)
    found = page(request_, Listing.objects.all(), ORDERINGS[name], page_size=size, cursor=cursor)
    assert found.rows == [places[number] for number in seen]
    assert found.next == (None if following is None else link(places[following], name))
    assert found.previous == (None if previous is None else link(places[previous], name, True))


def test_a_page_reads_one_row_more_than_it_shows(request_: Request, places: list[Listing]) -> None:
    cursor = at(places[3], "-price")
    (asked,) = statements(
        lambda: page(request_, Listing.objects.all(), ORDERINGS["-price"], page_size=2, cursor=cursor)
    )
    assert asked.endswith("LIMIT 3")


def test_the_body_of_a_page_is_its_results_and_its_links() -> None:
    shown: Any = ["as shown"]
    assert Page([1], "after", "before").body(shown) == {"results": shown, "next": "after", "previous": "before"}
