"""Signing in at the API and at the page of the admin, and registering: guesses at both are counted together."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ValidationError
from django.db import OperationalError
from rest_framework.test import APIClient

from systems.accounts.models import Role, User
from systems.accounts.services import user_register

PASSWORD = "correct horse battery"
API, PAGE = "/api/v1/auth/", "/admin/login/"


@pytest.fixture
def admin(person: Callable[..., User]) -> User:
    return person(Role.ADMIN, PASSWORD)


def at_the_api(client: APIClient, email: str, guess: str = "wrong", **extra: Any) -> int:
    said = {"email": email, "password": guess}
    return int(client.post(f"{API}token/", said, format="json", **extra).status_code)


def at_the_page(client: APIClient, email: str, guess: str = "wrong", **extra: Any) -> Any:
    return client.post(PAGE, {"username": email, "password": guess}, **extra)


def test_guesses_at_the_page_and_at_the_api_count_together(admin: User) -> None:
    client = APIClient()
    assert at_the_api(client, admin.email) == 401
    assert [at_the_page(client, admin.email).status_code for _ in range(4)] == [200] * 4
    page = at_the_page(client, admin.email.upper(), PASSWORD)
    assert (page.status_code, b"too many attempts" in page.content) == (200, True)
    assert at_the_api(client, admin.email, PASSWORD) == 429


def test_guesses_at_an_account_count_from_any_address(admin: User) -> None:
    for number in range(5):
        at_the_page(APIClient(), admin.email, REMOTE_ADDR=f"192.0.2.{number}")
    assert at_the_api(APIClient(), admin.email, PASSWORD, REMOTE_ADDR="192.0.2.9") == 429


def test_a_success_clears_the_record_of_the_account(admin: User) -> None:
    for number, (password, status) in enumerate([("wrong", 200), (PASSWORD, 302)] * 6):
        page = at_the_page(APIClient(), admin.email, password, REMOTE_ADDR=f"192.0.2.{number}")
        assert page.status_code == status


def test_a_guess_over_the_limit_costs_no_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    monkeypatch.setattr(ModelBackend, "authenticate", lambda *_, password, **__: looked_at.append(password))
    codes = [at_the_api(APIClient(), "bo@example.com", f"guess {number}") for number in range(9)]
    assert codes == [401] * 5 + [429] * 4
    assert looked_at == [f"guess {number}" for number in range(5)]


def test_what_was_not_looked_at_is_no_failure(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_order(*_: Any, **__: Any) -> None:
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as patched:
        patched.setattr(ModelBackend, "authenticate", out_of_order)
        assert 200 not in {at_the_api(APIClient(raise_request_exception=False), admin.email) for _ in range(9)}
    assert at_the_api(APIClient(), admin.email, PASSWORD) == 200


@pytest.mark.parametrize("path", ["me/", "token/", "token/refresh/"])
def test_a_401_names_the_way_to_sign_in(path: str) -> None:
    account, refresh = {"email": "nobody@example.com", "password": "wrong"}, {"refresh": "wrong"}
    said = refresh if path == "token/refresh/" else account
    client = APIClient()
    answer = client.get(API + path) if path == "me/" else client.post(API + path, said, format="json")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="api"')


def test_of_two_who_find_an_address_free_one_is_refused(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(User, "full_clean", lambda user, exclude: None)  # which looked a moment too early
    with pytest.raises(ValidationError) as error:
        user_register(email=admin.email, password=PASSWORD, address="192.0.2.1")
    (refusal,) = error.value.error_dict["email"]
    assert (refusal.code, refusal.messages) == ("unique", ["This address has an account."])
    assert User.objects.filter(email=admin.email).count() == 1
