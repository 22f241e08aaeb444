"""Every failure leaves in one shape: problem details, with a type that a page explains."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from systems.accounts.models import Role, User
from systems.api.handlers import MEDIA_TYPE
from systems.api.problems import TYPES
from systems.listings.views import Listings

Client = Callable[..., APIClient]
Person = Callable[..., User]
API = "/api/v1/"


def assert_problem(answer: Any, slug: str) -> dict[str, Any]:
    """What all of them have: the media type, the four members, and the status twice the same."""
    body: dict[str, Any] = json.loads(answer.content)
    assert answer["Content-Type"] == MEDIA_TYPE
    assert body["type"] == f"/problems/{slug}"
    assert body["status"] == answer.status_code == TYPES[slug].status
    assert body["title"] == TYPES[slug].title
    assert body["detail"]
    return body


def test_an_address_that_is_none(client_of: Client) -> None:
    assert_problem(client_of().get("/nowhere"), "not-found")
    assert_problem(client_of().get(f"{API}listings/7d0e6a4e-7a39-4a7e-9d5c-0b6f5b3f7a11/"), "not-found")
    assert_problem(client_of().get(f"{API}listings"), "not-found")  # without its slash, and not redirected


def test_a_method_that_is_not_known(client_of: Client) -> None:
    answer = client_of().put(f"{API}listings/", {}, format="json")
    assert_problem(client_of().delete(f"{API}auth/token/"), "method-not-allowed")
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_a_body_that_is_not_json(client_of: Client, person: Person) -> None:
    client = client_of(person(Role.HOST))
    assert_problem(client.post(f"{API}listings/", "{", content_type="application/json"), "bad-request")
    assert_problem(client.post(f"{API}listings/", "a=b", content_type="text/plain"), "unsupported-media-type")
    assert_problem(client.post(f"{API}listings/", '{"title": NaN}', content_type="application/json"), "bad-request")


@pytest.mark.parametrize("body", ["[]", "null", '"text"', "1"])
def test_a_body_that_is_no_object(client_of: Client, person: Person, body: str) -> None:
    for path in ("listings/", "bookings/", "auth/token/"):
        answer = client_of(person(Role.HOST)).post(API + path, body, content_type="application/json")
        assert assert_problem(answer, "validation-failed")["errors"][0]["field"] == ""


def test_a_form_of_answer_that_there_is_not(client_of: Client) -> None:
    assert_problem(client_of().get(f"{API}listings/", HTTP_ACCEPT="application/xml"), "not-acceptable")


def test_nobody_and_somebody_else(client_of: Client, person: Person) -> None:
    answer = client_of().get(f"{API}bookings/")
    assert_problem(answer, "not-authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert_problem(client_of(person()).post(f"{API}listings/", LISTING, format="json"), "forbidden")


LISTING = {"title": "Flat", "location": "Pula", "price_per_night": "80.00", "max_guests": 3}


def test_a_fault_of_ours_tells_nothing_of_our_insides(client_of: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> None:
        raise ZeroDivisionError("the password is swordfish")

    monkeypatch.setattr(Listings, "get", broken)
    answer = client_of().get(f"{API}listings/")
    assert_problem(answer, "server-error")
    assert b"swordfish" not in answer.content


def test_a_host_that_is_none_and_a_form_without_its_token(client_of: Client) -> None:
    assert_problem(client_of().get("/healthz-not", HTTP_HOST="evil.example"), "bad-request")
    strict = APIClient(enforce_csrf_checks=True)
    assert_problem(strict.post("/admin/login/", {"username": "x", "password": "y"}), "forbidden")


def test_a_session_may_read_but_needs_its_token_to_write(person: Person) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(person(Role.HOST))
    assert client.get(f"{API}auth/me/").status_code == 200
    assert_problem(client.patch(f"{API}auth/me/", {"name": "x"}, format="json"), "forbidden")


def test_a_type_leads_to_its_page(client_of: Client) -> None:
    assert len(TYPES) >= 15
    for slug, problem in TYPES.items():
        page = client_of().get(f"/problems/{slug}")
        assert page.status_code == 200
        assert problem.title in page.content.decode()
        assert problem.advice.split("`")[0] in page.content.decode()
    assert_problem(client_of().get("/problems/none"), "not-found")


def test_errors_deep_inside_are_named_by_their_path(client_of: Client, person: Person) -> None:
    answer = client_of(person(Role.HOST)).post(
        f"{API}listings/", {**LISTING, "title": "", "amenities": ["wifi", "sauna"]}, format="json"
    )
    errors = assert_problem(answer, "validation-failed")["errors"]
    assert [(error["field"], error["code"]) for error in errors] == [
        ("title", "blank"),
        ("amenities.1", "invalid_choice"),
    ]


def test_a_process_says_whether_it_lives_and_can_serve(client_of: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client_of().get("/healthz").json() == {"status": "ok"}
    assert client_of().get("/readyz").json() == {"status": "ok", "postgres": True, "redis": True}
    monkeypatch.setitem(settings.REDIS["limits"], "url", "redis://127.0.0.1:1/0")
    unready = client_of().get("/readyz")
    assert (unready.status_code, unready.json()["redis"], unready.json()["postgres"]) == (503, False, True)
    assert client_of().get("/healthz").status_code == 200
