"""Accounts: who may come in, for how long, and how often one may guess."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from systems.accounts.models import RefreshToken, Role, TokenFamily, User
from systems.accounts.services import digest

AUTH = "/api/v1/auth/"
PASSWORD = "correct horse battery"
Client = Callable[..., APIClient]
Person = Callable[..., User]


@pytest.fixture
def bo(person: Person) -> User:
    return person(password=PASSWORD)


def sign_in(client: APIClient, user: User, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(f"{AUTH}token/", {"email": user.email, "password": password}, format="json", **extra)


def refresh(client: APIClient, token: str) -> Any:
    return client.post(f"{AUTH}token/refresh/", {"refresh": token}, format="json")


# --- registering


def test_who_registers_can_sign_in_and_read_the_own_account(client_of: Client) -> None:
    client = client_of()
    wanted = {"email": "Bo@Example.com ", "password": PASSWORD, "name": "Bo", "role": "host"}
    made = client.post(f"{AUTH}register/", wanted, format="json")
    assert made.status_code == 201
    assert set(made.json()) == {"id", "email", "name", "role"}
    assert made.json()["email"] == "bo@example.com"
    pair = client.post(f"{AUTH}token/", {"email": "BO@example.com", "password": PASSWORD}, format="json").json()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    assert client.get(f"{AUTH}me/").json() == made.json()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "new@example.com"}, "password"),
        ({"role": "admin"}, "role"),
        ({"role": "king"}, "role"),
        ({"role": "sales"}, "role"),
        ({"role": "manager"}, "role"),
        ({"name": "x" * 101}, "name"),
    ],
)
def test_what_can_be_no_account_is_refused_by_field(client_of: Client, change: dict[str, str], field: str) -> None:
    wanted = {"email": "new@example.com", "password": PASSWORD, **change}
    answer = client_of().post(f"{AUTH}register/", wanted, format="json")
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {field}
    assert not User.objects.filter(email="new@example.com").exists()


def test_an_address_has_one_account_however_it_is_written(client_of: Client, bo: User) -> None:
    answer = client_of().post(f"{AUTH}register/", {"email": bo.email.upper(), "password": PASSWORD}, format="json")
    assert answer.json()["errors"][0]["field"] == "email"


def test_an_account_is_made_with_an_argon2_hash(bo: User) -> None:
    assert bo.password.startswith("argon2$argon2id$")


@pytest.mark.parametrize("field", ["role", "email", "id", "password", "is_active"])
def test_only_the_own_name_can_be_changed(client_of: Client, bo: User, field: str) -> None:
    change = {"name": "Bob", field: "admin"}
    answer = client_of(bo).patch(f"{AUTH}me/", change, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert client_of(bo).patch(f"{AUTH}me/", {"name": "Bob"}, format="json").json() == {
        "id": str(bo.pk), "email": bo.email, "name": "Bob", "role": "guest",
    }  # fmt: skip


# --- tokens


def test_a_refresh_token_is_good_for_one_use(client_of: Client, bo: User) -> None:
    client = client_of()
    first = sign_in(client, bo).json()
    second = refresh(client, first["refresh"])
    assert second.status_code == 200
    assert second.json()["refresh"] != first["refresh"]
    again = refresh(client, first["refresh"])
    assert again.status_code == 401
    assert again.json()["type"] == "/problems/not-authenticated"


def test_a_second_use_soon_after_leaves_the_successor_valid(client_of: Client, bo: User) -> None:
    client = client_of()
    first = sign_in(client, bo).json()["refresh"]
    second = refresh(client, first).json()["refresh"]
    assert refresh(client, first).status_code == 401
    assert refresh(client, second).status_code == 200


def test_a_second_use_later_kills_the_whole_family(client_of: Client, bo: User) -> None:
    client = client_of()
    first = sign_in(client, bo).json()["refresh"]
    second = refresh(client, first).json()["refresh"]
    RefreshToken.objects.filter(digest=digest(first)).update(used_at=timezone.now() - timedelta(seconds=11))
    assert refresh(client, first).status_code == 401
    assert refresh(client, second).status_code == 401
    assert TokenFamily.objects.get(user=bo).revoked_at


def test_other_logins_of_the_account_live_on(client_of: Client, bo: User) -> None:
    client = client_of()
    here, there = (sign_in(client, bo).json()["refresh"] for _ in range(2))
    client.post(f"{AUTH}logout/", {"refresh": here}, format="json")
    assert [refresh(client, token).status_code for token in (here, there)] == [401, 200]


def test_signing_out_twice_or_with_nonsense_is_no_error(client_of: Client, bo: User) -> None:
    client = client_of()
    token = sign_in(client, bo).json()["refresh"]
    answers = [client.post(f"{AUTH}logout/", {"refresh": one}, format="json") for one in (token, token, "nonsense")]
    assert [answer.status_code for answer in answers] == [204, 204, 204]


def test_an_expired_token_or_a_locked_account_is_refused(client_of: Client, person: Person) -> None:
    client = client_of()
    old, locked = person(password=PASSWORD), person(password=PASSWORD)
    tokens = [sign_in(client, user).json()["refresh"] for user in (old, locked)]
    RefreshToken.objects.filter(family__user=old).update(expires_at=timezone.now())
    User.objects.filter(pk=locked.pk).update(is_active=False)
    assert [refresh(client, token).status_code for token in tokens] == [401, 401]
    assert sign_in(client, locked).status_code == 401


def test_the_table_of_tokens_holds_none_that_works(client_of: Client, bo: User) -> None:
    sign_in(client_of(), bo)
    assert refresh(client_of(), RefreshToken.objects.get().digest).status_code == 401


def test_a_token_that_was_altered_is_refused(client_of: Client, bo: User) -> None:
    client = client_of()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.for_user(bo)}x")
    answer = client.get(f"{AUTH}me/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_an_access_token_is_good_for_the_minutes_of_the_setting(client_of: Client, bo: User) -> None:
    token = AccessToken(sign_in(client_of(), bo).json()["access"])
    assert token["exp"] - token["iat"] == 60 * settings.ACCESS_MINUTES == 300


# --- guessing


def test_the_sixth_guess_at_an_account_is_refused(client_of: Client, bo: User) -> None:
    client = client_of()
    codes = [sign_in(client, bo, "wrong", REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(6)]
    assert codes == [401] * 5 + [429]
    answer = sign_in(client, bo, REMOTE_ADDR="192.0.2.99")
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60


def test_the_sixth_guess_from_an_address_is_refused(client_of: Client, person: Person) -> None:
    client = client_of()
    codes = [sign_in(client, person(), "wrong").status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]


def test_a_success_clears_the_account_and_not_the_address(client_of: Client, bo: User) -> None:
    client = client_of()
    assert [sign_in(client, bo, "wrong").status_code for _ in range(4)] == [401] * 4
    assert sign_in(client, bo).status_code == 200
    assert [sign_in(client, bo, "wrong").status_code for _ in range(2)] == [401, 429]
    elsewhere = [sign_in(client, bo, "wrong", REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(5)]
    assert elsewhere == [401] * 4 + [429]


def test_unknown_and_mistyped_get_the_same_answer(client_of: Client, bo: User) -> None:
    known = sign_in(client_of(), bo, "wrong")
    unknown = client_of().post(f"{AUTH}token/", {"email": "x@example.com", "password": "wrong"}, format="json")
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())


# --- the model


def test_staff_are_those_with_the_role_of_admin(person: Person) -> None:
    assert [person(role).is_staff for role in Role.values] == [False, False, False, False, True]
    admin = person(Role.ADMIN)
    assert admin.has_perm("listings.change_listing")
    assert admin.has_module_perms("listings")
    admin.is_active = False
    assert not admin.has_perm("listings.change_listing")
    assert str(User(email="bo@example.com")) == "bo@example.com"


def test_createsuperuser_makes_an_admin_who_can_sign_in() -> None:
    admin = User.objects.create_superuser(email="Root@Example.com", password=PASSWORD)
    assert (admin.email, admin.role) == ("root@example.com", Role.ADMIN)
    assert User.objects.get_by_natural_key("ROOT@example.com").check_password(PASSWORD)
