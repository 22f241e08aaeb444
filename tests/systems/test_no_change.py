"""A change of nothing writes nothing: no new version for the next editor to trip over, no row touched."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from rest_framework.test import APIClient

from systems.accounts.models import Role, User
from systems.bookings.models import Booking, Status
from systems.crm.models import Customer, Order, Product
from systems.listings.models import Listing
from tests.systems.dates import day
from tests.systems.queries import statements

API = "/api/v1/"
Client = Callable[..., APIClient]
Person = Callable[..., User]
ListingOf = Callable[..., Listing]
StayOf = Callable[..., Booking]
WRITES = ("INSERT", "UPDATE", "DELETE")


def written(act: Callable[[], object]) -> list[str]:
    return [sql for sql in statements(act) if sql.startswith(WRITES)]


def same(listing: Listing) -> dict[str, Any]:
    names = ("title", "description", "location", "max_guests", "amenities")
    return {name: getattr(listing, name) for name in names} | {"price_per_night": str(listing.price_per_night)}


@pytest.mark.parametrize(
    "field", ["nothing", "title", "description", "location", "max_guests", "amenities", "price_per_night", "all"]
)
def test_a_listing_that_stays_as_it_is_keeps_its_etag(client_of: Client, listing_of: ListingOf, field: str) -> None:
    listing = listing_of(amenities=["wifi", "pool"], price_per_night=80)
    host, place, values = client_of(listing.host), f"{API}listings/{listing.pk}/", same(listing)
    body = {"nothing": {}, "all": values}.get(field, {field: values.get(field)})
    etag, answers = host.get(place)["ETag"], []
    writes = written(lambda: answers.append(host.patch(place, body, format="json", HTTP_IF_MATCH=etag)))
    assert (answers[0].status_code, answers[0]["ETag"], writes) == (200, etag, [])
    next_editor = host.patch(place, {"title": "Boat"}, format="json", HTTP_IF_MATCH=etag)
    assert next_editor.status_code == 200
    assert next_editor["ETag"] != etag


def test_a_change_writes_only_what_changes(client_of: Client, listing_of: ListingOf) -> None:
    listing = listing_of()
    host, place = client_of(listing.host), f"{API}listings/{listing.pk}/"
    body = {**same(listing), "location": "Lamu"}
    (update,) = written(lambda: host.patch(place, body, format="json", HTTP_IF_MATCH="*"))
    assert update.startswith("""UPDATE "listings_listing" SET "location" = 'Lamu', "version" = 2 WHERE""")


@pytest.mark.parametrize("body", [{}, {"name": "a guest"}, {"name": " a guest "}])
def test_a_name_that_stays_as_it_is_is_not_written(client_of: Client, person: Person, body: dict[str, str]) -> None:
    client, answers = client_of(person()), []
    writes = written(lambda: answers.append(client.patch(f"{API}auth/me/", body, format="json")))
    assert (answers[0].status_code, answers[0].json()["name"], writes) == (200, "a guest", [])


@pytest.mark.parametrize(("step", "status"), [("confirm", "confirmed"), ("cancel", "cancelled")])
def test_a_step_that_was_taken_writes_nothing(client_of: Client, stay_of: StayOf, step: str, status: str) -> None:
    stay = stay_of(status=status)
    host, answers = client_of(stay.listing.host), []
    writes = written(lambda: answers.append(host.post(f"{API}bookings/{stay.pk}/{step}/")))
    assert (answers[0].status_code, writes) == (409, [])


def test_what_is_withdrawn_is_not_withdrawn_again(client_of: Client, listing_of: ListingOf) -> None:
    listing = listing_of()
    host, place = client_of(listing.host), f"{API}listings/{listing.pk}/"
    assert host.delete(place).status_code == 204
    before = Listing.objects.defer("search").values().get()
    assert written(lambda: host.delete(place)) == []
    assert Listing.objects.defer("search").values().get() == before


def test_who_is_signed_out_is_not_signed_out_again(client_of: Client, person: Person) -> None:
    account = person(password="correct horse battery")
    said = {"email": account.email, "password": "correct horse battery"}
    refresh = {"refresh": client_of().post(f"{API}auth/token/", said, format="json").json()["refresh"]}
    assert len(written(lambda: client_of().post(f"{API}auth/logout/", refresh, format="json"))) == 1
    assert written(lambda: client_of().post(f"{API}auth/logout/", refresh, format="json")) == []


def test_a_request_with_a_known_key_writes_nothing(client_of: Client, person: Person, listing_of: ListingOf) -> None:
    client, listing = client_of(person()), listing_of()
    stay = {"listing": str(listing.pk), "check_in": str(day(10)), "check_out": str(day(12)), "guests": 1}

    def book() -> None:
        client.post(f"{API}bookings/", stay, format="json", HTTP_IDEMPOTENCY_KEY="a")

    assert written(book)
    assert written(book) == []


def test_a_review_and_its_reply_are_written_once(client_of: Client, stay_of: StayOf) -> None:
    stay = stay_of(start=-5, end=-2)
    reviews, guest, host = (
        f"{API}listings/{stay.listing.pk}/reviews/",
        client_of(stay.guest),
        client_of(stay.listing.host),
    )
    made = guest.post(reviews, {"rating": 5}, format="json").json()["id"]
    reply = f"{API}reviews/{made}/reply/"
    assert host.post(reply, {"reply": "Come again."}, format="json").status_code == 200
    assert written(lambda: guest.post(reviews, {"rating": 5}, format="json")) == []
    assert written(lambda: host.post(reply, {"reply": "Come again."}, format="json")) == []


def test_an_order_is_not_moved_to_where_it_is(
    ask: Callable[..., Any], person: Person, order_of: Callable[..., Order]
) -> None:
    order, admin = order_of(status="paid"), person(Role.ADMIN)
    move = "mutation($id: ID!) { updateOrderStatus(id: $id, status: PAID) { order { id } } }"
    found = ask(admin, "{ allOrders { edges { node { id } } } }")["data"]["allOrders"]["edges"][0]["node"]["id"]
    assert written(lambda: ask(admin, move, id=found)) == []
    order.refresh_from_db()
    assert order.status == "paid"


def test_nothing_is_restocked_where_nothing_is_low(
    ask: Callable[..., Any], person: Person, product_of: Callable[..., Product]
) -> None:
    product_of(stock=10)
    admin = person(Role.ADMIN)
    restock = "mutation { updateLowStockProducts { products { stock } } }"
    assert written(lambda: ask(admin, restock)) == []


# --- in the admin


def form_of(client: APIClient, page: str) -> dict[str, Any]:
    """What a browser sends back when nothing was typed."""
    found = BeautifulSoup(client.get(page).content, "html.parser").select("#content-main form [name]")
    return {str(field["name"]): chosen for field in found if (chosen := _chosen(field))}


def _chosen(field: Tag) -> list[str]:
    if field.name == "select":
        return [str(option["value"]) for option in field.select("option[selected]")]
    if field.name == "textarea":
        return [field.text.removeprefix("\n")]
    if field.get("type") == "submit":
        return []
    if field.get("type") == "checkbox":
        return ["on"] if field.has_attr("checked") else []
    return [str(field.get("value", ""))]


def test_an_admin_who_saves_as_it_was_writes_nothing(
    person: Person, stay_of: StayOf, customer_of: Callable[..., Customer]
) -> None:
    stay = stay_of(status=Status.CONFIRMED)
    client = APIClient()
    client.force_login(person(Role.ADMIN))
    pages = {
        f"/admin/listings/listing/{stay.listing.pk}/change/": Listing,
        f"/admin/accounts/user/{stay.guest.pk}/change/": User,
        f"/admin/crm/customer/{customer_of().pk}/change/": Customer,
    }
    for page, model in pages.items():
        values, answers = form_of(client, page), []
        writes = written(lambda: answers.append(client.post(page, values)))  # noqa: B023
        assert answers[0].status_code == 302, page
        assert [sql for sql in writes if f'"{model._meta.db_table}"' in sql] == [], page


def test_an_admin_who_changes_a_word_makes_a_version(person: Person, listing_of: ListingOf) -> None:
    listing, client = listing_of(), APIClient()
    client.force_login(person(Role.ADMIN))
    page = f"/admin/listings/listing/{listing.pk}/change/"
    assert client.post(page, {**form_of(client, page), "title": "Loft"}).status_code == 302
    listing.refresh_from_db()
    assert (listing.title, listing.version) == ("Loft", 2)
