"""An e-mail address has one spelling, for every sender and at every entrance."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import BaseConstraint
from django.test import Client as Browser
from hypothesis import given, settings
from hypothesis.strategies import text
from rest_framework.test import APIClient

from systems.accounts.models import Role, User
from systems.api.handlers import problem_of
from systems.core.errors import DO_NOT_FIT
from systems.core.text import normalize_email
from systems.crm.models import Customer
from systems.crm.services import broken_rule

AUTH = "/api/v1/auth/"
PASSWORD = "correct horse battery"
Client = Callable[..., APIClient]
WRITTEN = {
    "bo@\uff45xample.com": "bo@example.com",  # full width
    "bo@\u210botel.example": "bo@hotel.example",  # a letter that is large only once it is normalised
    "\u017fam@example.com": "sam@example.com",  # the long s of old prints
    "bo@ex\ufb01le.example": "bo@exfile.example",  # a ligature
    "\u2003BO@Example.COM\u00a0": "bo@example.com",  # blanks of other kinds
    "bo@\u24d4xample.com": "bo@example.com",
}
each_spelling = pytest.mark.parametrize(("written", "kept"), WRITTEN.items(), ids=ascii)


def send(client: APIClient, path: str, **said: str) -> Any:
    return client.post(AUTH + path, said, format="json")


@each_spelling
def test_the_bytes_that_register_also_sign_in(client_of: Client, written: str, kept: str) -> None:
    made = send(client_of(), "register/", email=written, password=PASSWORD)
    assert (made.status_code, made.json()["email"]) == (201, kept)
    assert send(client_of(), "token/", email=written, password=PASSWORD).status_code == 200
    assert send(client_of(), "token/", email=kept, password=PASSWORD).status_code == 200


@each_spelling
def test_an_admin_signs_in_with_the_same_bytes(written: str, kept: str) -> None:
    admin = User.objects.create_superuser(email=written, password=PASSWORD)
    assert admin.email == kept
    assert User.objects.get_by_natural_key(written) == admin
    page = Browser().post("/admin/login/", {"username": written, "password": PASSWORD})
    assert page.status_code == 302


@each_spelling
def test_two_spellings_are_one_account(client_of: Client, written: str, kept: str) -> None:
    send(client_of(), "register/", email=kept, password=PASSWORD)
    again = send(client_of(), "register/", email=written, password=PASSWORD)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (400, "unique")


@each_spelling
def test_guesses_at_two_spellings_are_counted_together(client_of: Client, written: str, kept: str) -> None:
    codes = [
        client_of()
        .post(f"{AUTH}token/", {"email": one, "password": "x"}, format="json", REMOTE_ADDR=f"192.0.2.{n}")
        .status_code
        for n, one in enumerate([written, kept] * 3)
    ]
    assert codes == [401] * 5 + [429]


@each_spelling
def test_an_admin_corrects_an_address(person: Callable[..., User], written: str, kept: str) -> None:
    browser, user = Browser(), person()
    browser.force_login(person(Role.ADMIN))
    changed = {"email": written, "name": "Bo", "role": "guest", "is_active": "on"}
    assert browser.post(f"/admin/accounts/user/{user.pk}/change/", changed).status_code == 302
    user.refresh_from_db()
    assert user.email == kept


@each_spelling
def test_a_customer_has_one_spelling_too(ask: Any, person: Any, written: str, kept: str) -> None:
    query = 'mutation ($e: String!) { createCustomer(input: {name: "Ada", email: $e}) { customer { email } } }'
    seller = person(Role.SALES)
    assert ask(seller, query, e=written)["data"]["createCustomer"]["customer"]["email"] == kept
    again = ask(seller, query, e=kept)["errors"][0]["extensions"]
    assert again["errors"][0]["code"] == "unique"
    bulk = 'mutation ($e: String!) { bulkCreateCustomers(input: [{name: "Ada", email: $e}]) { created } }'
    assert ask(seller, bulk, e=written)["data"]["bulkCreateCustomers"]["created"] == 0
    assert Customer.objects.count() == 1


@settings(max_examples=300)
@given(address=text())
def test_a_spelling_is_final(address: str) -> None:
    kept = normalize_email(address)
    assert normalize_email(kept) == kept


def test_postgres_agrees_that_all_letters_are_small() -> None:
    letters = [normalize_email(chr(code)) for code in range(0x80, sys.maxunicode) if chr(code).isalpha()]
    with connection.cursor() as cursor:
        cursor.execute("select letter from unnest(%s::text[]) letter where lower(letter) <> letter", [letters])
        assert cursor.fetchall() == []


# --- what a constraint says


CONSTRAINTS = [
    constraint
    for model in apps.get_models()
    if model.__module__.startswith("systems.")
    for constraint in model._meta.constraints
]


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda constraint: constraint.name)
def test_no_constraint_says_its_name(constraint: BaseConstraint) -> None:
    """As Django's full_clean raises it, alone or among errors by field."""
    words = constraint.get_violation_error_message()
    for error in (ValidationError(words), ValidationError({"__all__": [words]})):
        problem = problem_of(error)
        assert problem
        (error,) = problem.members["errors"]
        assert error["field"] == ""
        assert constraint.name not in error["message"]


def test_a_row_that_the_database_refuses_names_no_rule(person: Any) -> None:
    customer = Customer(owner=person(Role.SALES), name="", email="ada@example.org")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        customer.save()
    assert broken_rule(refused.value).messages == [DO_NOT_FIT]
