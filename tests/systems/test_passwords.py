"""What is no password, wherever a person chooses one."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from rest_framework.test import APIClient

from systems.accounts.models import Role, User

PASSWORD = "correct horse battery"
WEAK = {
    "equal to the name": "Hippolyta Quincey",
    "the name, nearly": "hippolyta.quincey1",
    "a part of the name": "hippolyta",
    "equal to the address": "chrysanthemum@example.com",
    "a part of the address": "chrysanthemum",
    "too short": "x7-qPz!",
    "blanks": " " * 8,
    "blanks of other kinds": "\t\u00a0\u2003\u3000\t\u00a0\u2003\u3000",
    "nothing to be seen": "\u200b" * 12,
    "seven letters among blanks": "  x7-qPz!  ",
    "ten digits": "9371846250",
    "digits in groups": "9371 846 250",
    "digits of another script": "٩٣٧١٨٤٦٢٥٠",
    "common": "password123",
    "common, among blanks": " password123 ",
}
each_weak = pytest.mark.parametrize("password", WEAK.values(), ids=WEAK)
EMAIL, NAME = "chrysanthemum@example.com", "Hippolyta Quincey"


@each_weak
def test_nobody_registers_with_a_weak_password(client_of: Callable[..., APIClient], password: str) -> None:
    said = {"email": EMAIL, "name": NAME, "password": password}
    answer = client_of().post("/api/v1/auth/register/", said, format="json")
    assert (answer.status_code, {one["field"] for one in answer.json().get("errors", [])}) == (400, {"password"})


@each_weak
def test_no_admin_chooses_a_weak_password(person: Callable[..., User], password: str) -> None:
    browser, admin = Browser(), person(Role.ADMIN, PASSWORD)
    User.objects.filter(pk=admin.pk).update(email=EMAIL, name=NAME)
    browser.force_login(admin)
    said = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    assert browser.post("/admin/password_change/", said).status_code == 200  # the form again
    admin.refresh_from_db()
    assert admin.check_password(PASSWORD)


@pytest.mark.parametrize("password", [weak for weak in WEAK.values() if "ippolyta" not in weak])  # it asks for no name
def test_createsuperuser_takes_no_weak_password(monkeypatch: Any, password: str) -> None:
    monkeypatch.setitem(os.environ, "DJANGO_SUPERUSER_PASSWORD", password)
    with pytest.raises(CommandError):
        call_command("createsuperuser", "--noinput", "--email", EMAIL)
    assert not User.objects.exists()


@each_weak
def test_create_user_takes_no_weak_password(password: str) -> None:
    with pytest.raises(ValidationError):
        User.objects.create_user(email=EMAIL, name=NAME, password=password)
    assert not User.objects.exists()


@pytest.mark.parametrize("password", [PASSWORD, "x7-qPz!k", "żółta łódź na wodzie", "1234 houses", "q9k2v7m4 x1"])
def test_a_good_password_is_taken(client_of: Callable[..., APIClient], password: str) -> None:
    said = {"email": EMAIL, "name": NAME, "password": password}
    assert client_of().post("/api/v1/auth/register/", said, format="json").status_code == 201
    assert User.objects.get().check_password(password)


def test_an_account_may_be_made_without_a_password() -> None:
    assert not User.objects.create_user(email=EMAIL, password=None).has_usable_password()


@pytest.mark.parametrize("how", ["admin", "changepassword", "shell", "queryset", "deactivated"])
def test_a_changed_account_loses_its_logins(client_of: Any, person: Any, monkeypatch: Any, how: str) -> None:
    client, user, new = client_of(), person(Role.ADMIN, PASSWORD), "another horse battery"
    auth, said = "/api/v1/auth/token/", {"email": user.email, "password": PASSWORD}
    old = [client.post(auth, said, format="json").json()["refresh"] for _ in range(2)]
    if how == "admin":
        browser = Browser()
        browser.force_login(user)
        browser.post("/admin/password_change/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    elif how == "changepassword":
        monkeypatch.setattr("getpass.getpass", lambda *_, **__: new)
        call_command("changepassword", user.email)
    elif how == "shell":
        user.set_password(new)
        user.save()
    elif how == "queryset":
        user.set_password(new)
        User.objects.filter(pk=user.pk).update(password=user.password)
    else:
        User.objects.filter(pk=user.pk).update(is_active=False)
        User.objects.filter(pk=user.pk).update(is_active=True)  # who is let in again signs in again
    assert [client.post(f"{auth}refresh/", {"refresh": one}, format="json").status_code for one in old] == [401, 401]


def test_another_name_ends_no_login(client_of: Any, person: Any) -> None:
    client, user = client_of(), person(password=PASSWORD)
    said = {"email": user.email, "password": PASSWORD}
    token = client.post("/api/v1/auth/token/", said, format="json").json()["refresh"]
    User.objects.filter(pk=user.pk).update(name="Bo")
    user.refresh_from_db()
    user.save()
    assert client.post("/api/v1/auth/token/refresh/", {"refresh": token}, format="json").status_code == 200
