"""Clean-up of what grows: which rows go, and which stay. That a worker does it is in test_worker.py."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from systems.accounts.models import RefreshToken, TokenFamily, User
from systems.accounts.services import tokens_clean_up
from systems.api.idempotency import answers_clean_up
from systems.api.models import IdempotentRequest

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
