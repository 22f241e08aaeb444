"""Hashes of passwords: costly on purpose, so only so many at once in one process."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from rest_framework.test import APIClient

from systems.accounts import hashers
from systems.accounts.hashers import AT_ONCE, Argon2Hasher
from systems.accounts.models import Role, User
from systems.core.errors import Overloaded

PASSWORD = "correct horse battery"
AUTH = "/api/v1/auth/"


@pytest.fixture
def all_busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As many hashes under way as there may be."""
    monkeypatch.setattr(hashers, "PATIENCE_SECONDS", 0.01)
    for _ in range(AT_ONCE):
        hashers._turns.acquire()
    yield
    for _ in range(AT_ONCE):
        hashers._turns.release()


def test_no_more_than_so_many_hash_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    all_at_once, go_on = Barrier(AT_ONCE + 1, timeout=30), Event()

    def held(*_: Any) -> str:
        all_at_once.wait()
        go_on.wait(timeout=30)
        return "hash"

    with monkeypatch.context() as patched, ThreadPoolExecutor(AT_ONCE) as pool:
        patched.setattr(Argon2PasswordHasher, "encode", held)
        patched.setattr(hashers, "PATIENCE_SECONDS", 0.01)
        under_way = [pool.submit(make_password, PASSWORD) for _ in range(AT_ONCE)]
        all_at_once.wait()
        for _ in range(2):
            with pytest.raises(Overloaded):
                make_password(PASSWORD)
        go_on.set()
        assert [one.result() for one in under_way] == ["hash"] * AT_ONCE
    assert make_password(PASSWORD).startswith("argon2")


def test_a_hash_that_fails_gives_its_turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(AT_ONCE + 1):
        with pytest.raises(UnicodeEncodeError):
            make_password("\ud800")


def test_a_hash_costs_what_owasp_says() -> None:
    algorithm, variety, version, costs, *_ = Argon2PasswordHasher.encode(_in_earnest(), PASSWORD, "salt" * 4).split("$")
    assert (algorithm, variety, version, costs) == ("argon2", "argon2id", "v=19", "m=19456,t=2,p=1")


def _in_earnest() -> Argon2Hasher:
    """With the costs that room.py takes away from the tests."""
    hasher = Argon2Hasher()
    hasher.time_cost, hasher.memory_cost = hashers.TIME_COST, hashers.MEMORY_KIB
    return hasher


@pytest.mark.parametrize("path", ["register/", "token/"])
def test_who_gets_no_turn_is_asked_to_wait(all_busy: None, path: str) -> None:
    said = {"email": "bo@example.com", "password": PASSWORD}
    answer = APIClient().post(AUTH + path, said, format="json")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/service-unavailable")
    assert int(answer["Retry-After"]) >= 1


def test_to_get_no_turn_is_no_guess(person: Any, all_busy: None) -> None:
    said = {"email": "bo@example.com", "password": PASSWORD}
    for _ in range(6):
        assert APIClient().post(f"{AUTH}token/", said, format="json").status_code == 503
    for _ in range(AT_ONCE):
        hashers._turns.release()
    try:
        assert APIClient().post(f"{AUTH}token/", said, format="json").status_code == 401
    finally:
        for _ in range(AT_ONCE):
            hashers._turns.acquire()


def test_the_admin_s_page_says_so_too(all_busy: None) -> None:
    client = APIClient(raise_request_exception=False)
    page = client.post("/admin/login/", {"username": "root@example.com", "password": PASSWORD})
    assert (page.status_code, page["Content-Type"]) == (503, "application/problem+json")


def test_an_older_hash_is_renewed_at_the_next_sign_in(person: Any) -> None:
    user = person(Role.GUEST)
    old = Argon2PasswordHasher()
    User.objects.filter(pk=user.pk).update(password=old.encode(PASSWORD, "salt" * 6))
    said = {"email": user.email, "password": PASSWORD}
    pair = APIClient().post(f"{AUTH}token/", said, format="json").json()
    user.refresh_from_db()
    assert "p=8" not in user.password
    assert APIClient().post(f"{AUTH}token/refresh/", {"refresh": pair["refresh"]}, format="json").status_code == 200
