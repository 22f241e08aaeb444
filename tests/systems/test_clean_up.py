"""Clean-up of what grows: which rows go, and which stay. That a worker does it is in test_worker.py."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.utils import timezone

from systems.accounts.failed_logins import _storage, hit
from systems.accounts.models import RefreshToken, Role, TokenFamily, User
from systems.accounts.services import admin_clean_up, tokens_clean_up
from systems.api.idempotency import answers_clean_up
from systems.api.models import IdempotentRequest
from systems.crm.services import customers_clean_up
from systems.outbox.services import handled_clean_up

DAY = timedelta(days=1)


def token(family: TokenFamily, name: str, expires_in: timedelta, *, used: bool = False) -> RefreshToken:
    now = timezone.now()
    return RefreshToken.objects.create(
        family=family, digest=name, expires_at=now + expires_in, used_at=now - DAY if used else None
    )


def answer(account: User, key: str, age: timedelta) -> None:
    kept = IdempotentRequest.objects.create(account=account, key=key, fingerprint="", status=201, body="{}")
    IdempotentRequest.objects.filter(pk=kept.pk).update(created_at=timezone.now() - age)


def test_expired_tokens_go_and_used_ones_stay_until_then(person: Callable[..., User]) -> None:
    living, dead = (TokenFamily.objects.create(user=person()) for _ in range(2))
    token(living, "used, expired", -DAY, used=True)
    token(living, "used", DAY, used=True)
    token(living, "live", DAY)
    token(dead, "never used, expired", -DAY)
    assert tokens_clean_up() == 3
    assert set(RefreshToken.objects.values_list("digest", flat=True)) == {"used", "live"}
    assert list(TokenFamily.objects.all()) == [living]


def test_a_token_that_has_just_expired_may_be_in_use(person: Callable[..., User]) -> None:
    token(TokenFamily.objects.create(user=person()), "just expired", -timedelta(minutes=1))
    assert tokens_clean_up() == 0


def test_old_answers_go_batch_by_batch(person: Callable[..., User], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("systems.core.batches.delete_in_batches.__defaults__", (2,))
    account = person()
    for number in range(5):
        answer(account, f"old {number}", timedelta(hours=25))
    answer(account, "new", timedelta(hours=23))
    assert answers_clean_up() == 5
    assert list(IdempotentRequest.objects.values_list("key", flat=True)) == ["new"]


def test_old_sessions_and_log_of_the_admin_pages_go(person: Callable[..., User]) -> None:
    now, admin = timezone.now(), person(Role.ADMIN)
    for name, left in (("expired", -DAY), ("live", DAY)):
        Session.objects.create(session_key=name, session_data="", expire_date=now + left)
    kind = ContentType.objects.get_for_model(User)
    for name, days in (("old", settings.ADMIN_LOG_DAYS + 1), ("new", settings.ADMIN_LOG_DAYS - 1)):
        at = now - days * DAY
        LogEntry.objects.create(
            user_id=admin.pk, content_type=kind, object_repr=name, action_flag=CHANGE, action_time=at
        )
    assert admin_clean_up() == 2
    assert [left.session_key for left in Session.objects.all()] == ["live"]
    assert [left.object_repr for left in LogEntry.objects.all()] == ["new"]


def test_counts_of_failed_logins_end_by_themselves() -> None:
    hit("5/minute", "login-address", "192.0.2.1")
    client: Any = _storage().get_connection()
    counts = list(client.scan_iter())
    assert counts
    assert all(0 < client.ttl(count) <= 60 for count in counts)


# What grows for as long as the systems run, and what sees to its end. A new table enters by a line.
BUSINESS = "it is the business itself"
ENDS = {
    "accounts.RefreshToken": tokens_clean_up,
    "accounts.TokenFamily": tokens_clean_up,
    "accounts.User": BUSINESS,
    "admin.LogEntry": admin_clean_up,
    "api.IdempotentRequest": answers_clean_up,
    "auth.Group": "nobody uses it: being staff is a role",
    "auth.Permission": "one a model and action",
    "bookings.Booking": BUSINESS,
    "contenttypes.ContentType": "one a model",
    "crm.Customer": customers_clean_up,
    "crm.Order": customers_clean_up,
    "crm.OrderLine": customers_clean_up,
    "crm.Product": BUSINESS,
    "listings.Listing": BUSINESS,
    "outbox.Event": "the relay deletes what it has published",
    "outbox.HandledEvent": handled_clean_up,
    "outbox.Schedule": "one a task",
    "payments.Discrepancy": BUSINESS,
    "payments.Payment": BUSINESS,
    "payments.Refund": BUSINESS,
    "reviews.Review": BUSINESS,
    "sessions.Session": admin_clean_up,
}


def test_each_table_that_grows_has_its_end() -> None:
    assert {model._meta.label for model in apps.get_models()} == set(ENDS)
