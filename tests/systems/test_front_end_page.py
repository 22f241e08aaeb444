"""What the book tells front-end colleagues is so: addresses, accounts, and what a page of another origin meets."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.urls import resolve
from rest_framework.test import APIClient

from nexus import paths
from systems.accounts.models import User
from systems.api.problems import TYPES
from systems.crm.graph import errors
from systems.sample import data as sample

PAGES = {
    name: (paths.ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")
    for name in ("front-end", "system-bookings", "system-crm")
}
ELSEWHERE = {"Origin": "http://localhost:5173"}


def test_every_address_on_the_pages_answers() -> None:
    named = {found for page in PAGES.values() for found in re.findall(r"`(?:[A-Z]+ )?(/[\w./-]+)`", page)}
    prefix = {"/api/"}  # what a development server passes on
    assert {"/api/v1/auth/token/refresh/", "/graphql/"} <= named
    for address in named - prefix:
        assert resolve(address), address


def test_accounts_problems_and_settings_on_the_pages_exist() -> None:
    text = "".join(PAGES.values())
    assert set(re.findall(r"`(\w+@example\.com)`", text)) == set(sample.ACCOUNTS)
    assert set(re.findall(r"`/problems/([\w-]+)`", text)) <= set(TYPES)
    codes = set(re.findall(r"`([A-Z_]{8,})`", PAGES["front-end"]))
    assert {errors.UNREADABLE, errors.INVALID, errors.BAD_VARIABLES} < codes
    ours = codes - {errors.UNREADABLE, errors.INVALID, errors.BAD_VARIABLES}
    assert {code.lower().replace("_", "-") for code in ours} <= set(TYPES)
    for names in re.findall(r"\{settings\} (.+)", text):
        assert all(hasattr(settings, name) for name in names.split())


@pytest.mark.parametrize("path", ["/api/v1/listings/", "/api/v1/auth/token/", "/graphql/"])
def test_no_page_of_another_origin_may_read(client_of: Callable[..., APIClient], path: str) -> None:
    asked = client_of().options(path, headers={**ELSEWHERE, "Access-Control-Request-Method": "POST"})
    for answer in (
        asked,
        client_of().get(path, headers=ELSEWHERE),
        client_of().post(path, {}, format="json", headers=ELSEWHERE),
    ):
        assert [name for name in answer.headers if name.startswith("Access-Control")] == []


def test_a_list_has_no_link_header(client_of: Callable[..., APIClient]) -> None:
    answer = client_of().get("/api/v1/listings/")
    assert "Link" not in answer.headers
    assert {"results", "next", "previous"} == set(answer.json())


def test_a_moment_says_that_it_is_in_utc(client_of: Callable[..., APIClient], stay_of: Callable[..., object]) -> None:
    stay_of()
    guest = User.objects.get(role="guest")
    (stay,) = client_of(guest).get("/api/v1/bookings/").json()["results"]
    assert stay["created_at"].endswith("Z")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", stay["check_in"])
    assert re.fullmatch(r"\d+\.\d\d", stay["total_price"])


def test_the_typed_clients_lock_names_no_host_to_fetch_from() -> None:
    assert "resolved" not in (paths.ROOT / "systems" / "client" / "package-lock.json").read_text(encoding="utf-8")


def test_no_command_on_the_pages_names_a_day() -> None:
    """It would work until that day is past."""
    for page in PAGES.values():
        assert re.findall(r"^\$ .*\d{4}-\d\d-\d\d", page, re.MULTILINE) == []
