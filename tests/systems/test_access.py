"""Who may call what: every route of the project, with every method, as six different callers.

The tables are the whole truth. A route or a method that they do not name turns a test red, and so does one that they
name and that is gone. What each call needs is made in `world.py`.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.urls import get_resolver
from rest_framework.test import APIClient

from systems.accounts.models import User
from systems.bookings.models import Booking
from systems.crm.models import Order
from systems.listings.models import Listing
from tests.systems.world import CALLERS, World

Call = tuple[str, str]  # a method and a route
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OTHERS = [caller for caller in CALLERS if caller != "admin"]

API = """
                                                       nobody guest other  host other admin
POST   api/v1/auth/register/                             201   201   201   201   201   201
POST   api/v1/auth/token/                                200   200   200   200   200   200
POST   api/v1/auth/token/refresh/                        200   200   200   200   200   200
POST   api/v1/auth/logout/                               204   204   204   204   204   204
GET    api/v1/auth/me/                                   401   200   200   200   200   200
PATCH  api/v1/auth/me/                                   401   200   200   200   200   200
GET    api/v1/listings/                                  200   200   200   200   200   200
POST   api/v1/listings/                                  401   403   403   201   201   201
GET    api/v1/listings/<id:listing_id>/                  200   200   200   200   200   200
PATCH  api/v1/listings/<id:listing_id>/                  401   403   403   200   403   200
DELETE api/v1/listings/<id:listing_id>/                  401   403   403   204   403   204
GET    api/v1/listings/<id:listing_id>/availability/     200   200   200   200   200   200
GET    api/v1/listings/<id:listing_id>/reviews/          200   200   200   200   200   200
POST   api/v1/listings/<id:listing_id>/reviews/          401   201   403   403   403   403
GET    api/v1/bookings/                                  401   200   200   200   200   200
POST   api/v1/bookings/                                  401   201   201   403   201   201
GET    api/v1/bookings/<id:booking_id>/                  401   200   404   200   404   200
POST   api/v1/bookings/<id:booking_id>/cancel/           401   200   404   200   404   200
POST   api/v1/bookings/<id:booking_id>/confirm/          401   403   404   200   404   200
POST   api/v1/bookings/<id:booking_id>/payment/          401   200   404   403   404   403
GET    api/v1/payments/<id:tx_ref>/                      401   200   404   200   404   200
POST   api/v1/payments/webhook/                          403   403   403   403   403   403
POST   api/v1/reviews/<id:review_id>/reply/              401   403   403   200   403   403
GET    api/v1/schema/                                    200   200   200   200   200   200
GET    api/v1/schema.yaml                                200   200   200   200   200   200
GET    api/v1/docs/                                      200   200   200   200   200   200
GET    api/v1/redoc/                                     200   200   200   200   200   200
GET    graphql/                                          200   200   200   200   200   200
POST   graphql/                                          200   200   200   200   200   200
GET    problems/<slug:slug>                              200   200   200   200   200   200
GET    healthz                                           200   200   200   200   200   200
GET    readyz                                            200   200   200   200   200   200
"""

# What a GET and a POST get an admin, below admin/. All others are sent to sign in, whatever they ask for.
SITE = """
                                                      GET POST
(the front page)                                      200 200
logout/                                               405 200
password_change/                                      200 200
password_change/done/                                 200 405
autocomplete/                                         403 405
jsi18n/                                               200 405
r/<path:content_type_id>/<path:object_id>/            404 404
^(?P<app_label>accounts|listings|bookings|reviews|payments|crm)/$  200 200
(?P<url>.*)$                                          404 404
"""
# The same for the pages of each model.
PAGES = ("", "add/", "<path:object_id>/change/", "<path:object_id>/delete/", "<path:object_id>/history/")
MODELS = """
                       list     add    change   delete  history
accounts/user/        200 200 403 403 200 302 200 302 200 200
accounts/tokenfamily/ 200 200 403 403 200 302 200 302 200 200
listings/listing/     200 200 403 403 200 302 403 403 200 200
bookings/booking/     200 200 403 403 200 403 403 403 200 200
reviews/review/       200 200 403 403 200 302 403 403 200 200
payments/payment/     200 200 403 403 200 403 403 403 200 200
payments/refund/      200 200 403 403 200 403 403 403 200 200
payments/discrepancy/ 200 200 403 403 200 403 403 403 200 200
crm/customer/         200 200 403 403 200 302 403 403 200 200
crm/product/          200 200 403 403 200 302 403 403 200 200
crm/order/            200 200 403 403 200 403 403 403 200 200
"""


def rows(table: str) -> dict[str, list[int]]:
    """The lines that end in statuses, by what comes before them."""
    found = (re.fullmatch(r"(.+?)\s+(\d{3}(?:\s+\d{3})*)", line) for line in table.splitlines())
    return {match[1]: [int(status) for status in match[2].split()] for match in found if match}


def admin_calls() -> dict[Call, int]:
    """The status that an admin gets, by call."""
    pages = {route.replace("(the front page)", ""): pair for route, pair in rows(SITE).items()}
    for model, statuses in rows(MODELS).items():
        pages |= {model + page: statuses[2 * n : 2 * n + 2] for n, page in enumerate(PAGES)}
        pages[f"{model}<path:object_id>/"] = [302, 302]  # an old address of the page to change it
    return {
        (method, f"admin/{page}"): status
        for page, pair in pages.items()
        for method, status in zip(("GET", "POST"), pair, strict=True)
    }


def routes(patterns: Any, before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


API_CALLS: dict[Call, list[int]] = {(call.split()[0], call.split()[1]): found for call, found in rows(API).items()}
API_ROUTES = sorted({route for _, route in API_CALLS})
ADMIN_CALLS = admin_calls()
LOGIN = "admin/login/"


@pytest.fixture
def world(
    person: Callable[..., User],
    listing_of: Callable[..., Listing],
    stay_of: Callable[..., Booking],
    client_of: Callable[..., APIClient],
    order_of: Callable[..., Order],
) -> World:
    return World(person, listing_of, stay_of, client_of, order_of)


def test_the_tables_name_exactly_the_projects_routes() -> None:
    named = {route for _, route in (*API_CALLS, *ADMIN_CALLS)} | {LOGIN}
    assert set(routes(get_resolver().url_patterns)) == named


@pytest.mark.parametrize("call", API_CALLS, ids=" ".join)
def test_a_call_gets_each_caller_what_the_table_says(world: World, call: Call) -> None:
    answers = {caller: world.call(caller, *call).status_code for caller in CALLERS}
    assert answers == dict(zip(CALLERS, API_CALLS[call], strict=True))


def assert_problems(answers: Iterable[Any]) -> None:
    for answer in answers:
        assert answer["Content-Type"] == "application/problem+json"
        assert json.loads(answer.content)["status"] == answer.status_code


@pytest.mark.parametrize("route", API_ROUTES)
def test_a_method_that_the_table_does_not_name_is_refused(world: World, route: str) -> None:
    for method in METHODS:
        if (method, route) not in API_CALLS:
            answers = {caller: world.call(caller, method, route) for caller in CALLERS}
            statuses = {caller: answer.status_code for caller, answer in answers.items()}
            assert statuses.pop("nobody") in {401, 405}, method
            assert set(statuses.values()) == {405}, method
            assert_problems(answers.values())


@pytest.mark.parametrize("route", API_ROUTES)
def test_head_answers_as_get_and_options_to_all_alike(world: World, route: str) -> None:
    for caller in CALLERS:
        if ("GET", route) in API_CALLS:
            assert world.call(caller, "HEAD", route).status_code == world.call(caller, "GET", route).status_code
    options = [world.call(caller, "OPTIONS", route) for caller in CALLERS]
    assert {answer.status_code for answer in options} <= {200, 401, 405}
    assert len({answer.content for answer in options if answer.status_code == 200}) <= 1


def test_who_may_see_bookings_sees_the_own_ones_only(world: World) -> None:
    answers = {caller: world.call(caller, "GET", "api/v1/bookings/").json() for caller in CALLERS[1:]}
    seen = {caller: len(answer["results"]) for caller, answer in answers.items()}
    assert seen == {"guest": 3, "other guest": 0, "host": 3, "other host": 0, "admin": 3}


def test_no_answer_reveals_that_anothers_booking_exists(world: World) -> None:
    for last in ("", "cancel/", "confirm/"):
        call = "POST" if last else "GET", f"api/v1/bookings/<uuid:booking_id>/{last}"
        there = world.call("other guest", *call).json()
        world.stay.pk = "7d0e6a4e-7a39-4a7e-9d5c-0b6f5b3f7a11"
        assert world.call("other guest", *call).json() == there


def test_only_an_admin_gets_into_the_admin_pages(world: World) -> None:
    for caller in OTHERS:
        for method, route in ADMIN_CALLS:
            answer = world.call(caller, method, route)
            to = "/admin/" if route == "admin/logout/" else f"/admin/login/?next=/{world.path(route)[1:]}"
            assert (answer.status_code, answer["Location"]) == (302, to), (caller, method, route)


@pytest.mark.parametrize("model", ["the site", *rows(MODELS)])
def test_an_admin_page_gets_an_admin_what_the_table_says(world: World, model: str) -> None:
    of_model = {call: next((name for name in rows(MODELS) if name in call[1]), "the site") for call in ADMIN_CALLS}
    calls = {call: status for call, status in ADMIN_CALLS.items() if of_model[call] == model}
    assert {call: world.call("admin", *call).status_code for call in calls} == calls


def test_the_page_to_sign_in_lets_in_nobody_but_an_admin(world: World) -> None:
    assert {caller: world.call(caller, "GET", LOGIN).status_code for caller in CALLERS} == {
        **dict.fromkeys(OTHERS, 200), "admin": 302,
    }  # fmt: skip
    said = {"username": world.people["guest"].email, "password": world.password}
    client = APIClient()
    assert client.post(f"/{LOGIN}", said).status_code == 200  # the form again, with an error
    assert client.get("/admin/").status_code == 302
