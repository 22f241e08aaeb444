"""The services of accounts, called directly: what they refuse and in which words, when a token ends, their writes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import limits
import pytest
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from systems.accounts.errors import InvalidCredentials
from systems.accounts.failed_logins import _limiter
from systems.accounts.models import RefreshToken, Role, TokenFamily, User
from systems.accounts.services import WRONG, token_obtain, token_refresh, token_revoke, user_register, user_update
from systems.core.errors import TooManyAttempts
from tests.systems.queries import statements

PASSWORD = "correct horse battery"
HERE = "192.0.2.1"
Person = Callable[..., User]
Clock = Callable[[datetime], None]


@pytest.fixture
def refresh(person: Person) -> str:
    """The first refresh token of a login."""
    return token_obtain(email=person(password=PASSWORD).email, password=PASSWORD, address=HERE).refresh


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return lambda now: monkeypatch.setattr("django.utils.timezone.now", lambda: now)


# --- accounts


@pytest.mark.parametrize(
    ("more", "name", "role"), [({}, "", "guest"), ({"name": "Bo", "role": "host"}, "Bo", "host")], ids=["least", "all"]
)
def test_an_account_is_made_as_it_was_asked_for(more: dict[str, str], name: str, role: str) -> None:
    made = user_register(email=" Bo@Example.com", password=PASSWORD, address=HERE, **more)
    kept = User.objects.get()
    assert kept == made
    assert (kept.email, kept.name, kept.role) == ("bo@example.com", name, role)
    assert kept.check_password(PASSWORD)


def test_nobody_registers_as_an_admin() -> None:
    with pytest.raises(ValidationError) as error:
        user_register(email="bo@example.com", password=PASSWORD, address=HERE, role=Role.ADMIN)
    assert error.value.message_dict == {"role": ["choose guest or host"]}


def test_registrations_count_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.REGISTRATIONS", "1/minute")
    user_register(email="bo@example.com", password=PASSWORD, address=HERE)
    with pytest.raises(TooManyAttempts):
        user_register(email="ann@example.com", password=PASSWORD, address=HERE)
    user_register(email="ann@example.com", password=PASSWORD, address="198.51.100.7")
    assert _limiter().get_window_stats(limits.parse("1/minute"), "registrations", HERE).remaining == 0


def test_a_new_name_is_all_that_is_written(person: Person) -> None:
    bo = person()
    _, wrote = statements(lambda: user_update(user_id=bo.pk, name="Bob"))
    assert wrote.startswith("""UPDATE "accounts_user" SET "name" = 'Bob' WHERE""")
    for nothing in ({}, {"name": "Bob"}):
        assert [one[:6] for one in statements(lambda: user_update(user_id=bo.pk, **nothing))] == ["SELECT"]  # noqa: B023
    assert User.objects.get().name == "Bob"


# --- tokens


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[User, Callable[[], object]], None]:
    """Lets something happen between the look at the password and the lock on the account."""

    def arrange(user: User, happens: Callable[[], object]) -> None:
        def authenticated(**_: Any) -> User:
            found = User.objects.get(pk=user.pk)
            happens()
            return found

        monkeypatch.setattr("systems.accounts.services.authenticate", authenticated)

    return arrange


@pytest.mark.parametrize("change", ["password", "deactivated"])
def test_a_change_meanwhile_ends_a_sign_in(person: Person, meanwhile: Any, change: str) -> None:
    user = person(password=PASSWORD)
    fields = {"is_active": False} if change == "deactivated" else {"password": make_password("another horse battery")}
    meanwhile(user, lambda: User.objects.filter(pk=user.pk).update(**fields))
    with pytest.raises(InvalidCredentials) as error:
        token_obtain(email=user.email, password=PASSWORD, address=HERE)
    assert str(error.value) == WRONG
    assert not TokenFamily.objects.exists()


def test_a_hash_renewed_meanwhile_is_the_same_password(person: Person, meanwhile: Any) -> None:
    user = person(password=PASSWORD)
    meanwhile(user, lambda: User.objects.filter(pk=user.pk).update(password=make_password(PASSWORD)))
    token_obtain(email=user.email, password=PASSWORD, address=HERE)
    assert TokenFamily.objects.get().user == user


def test_a_sign_in_locks_the_one_account(person: Person) -> None:
    user = person(password=PASSWORD)
    looked = statements(lambda: token_obtain(email=user.email, password=PASSWORD, address=HERE))[1]
    assert looked.endswith("FOR NO KEY UPDATE")
    assert '"is_active" AND "accounts_user"."id" = ' in looked


def test_a_refusal_says_what_to_do(refresh: str) -> None:
    with pytest.raises(InvalidCredentials) as error:
        token_obtain(email="nobody@example.com", password=PASSWORD, address=HERE)
    assert str(error.value) == WRONG
    with pytest.raises(InvalidCredentials) as error:
        token_refresh(refresh=refresh + "x")
    assert str(error.value) == "this refresh token is spent, expired or unknown: sign in again"


def test_a_refresh_token_is_256_random_bits(refresh: str) -> None:
    assert len(refresh) == 43  # in characters of six bits


@pytest.mark.parametrize(("early", "good"), [(timedelta(microseconds=1), True), (timedelta(), False)])
def test_a_refresh_token_is_good_until_it_expires(refresh: str, clock: Clock, early: timedelta, good: bool) -> None:
    clock(RefreshToken.objects.get().expires_at - early)
    if good:
        assert token_refresh(refresh=refresh).refresh != refresh
    else:
        with pytest.raises(InvalidCredentials):
            token_refresh(refresh=refresh)


@pytest.mark.parametrize(("late", "theft"), [(timedelta(), False), (timedelta(microseconds=1), True)])
def test_a_second_use_is_a_theft_once_the_grace_is_over(
    refresh: str, clock: Clock, late: timedelta, theft: bool
) -> None:
    token_refresh(refresh=refresh)
    used_at = RefreshToken.objects.get(used_at__isnull=False).used_at
    assert used_at
    clock(used_at + timedelta(seconds=10) + late)
    with pytest.raises(InvalidCredentials):
        token_refresh(refresh=refresh)
    assert bool(TokenFamily.objects.get().revoked_at) == theft


def test_a_refresh_locks_the_family_and_marks_the_token(refresh: str) -> None:
    looked, _, wrote, made = statements(lambda: token_refresh(refresh=refresh))
    assert looked.endswith('FOR UPDATE OF "accounts_tokenfamily"')
    assert wrote.startswith('UPDATE "accounts_refreshtoken" SET "used_at" = ')
    assert wrote.count(" = ") == 2  # the other is the key
    assert made.startswith('INSERT INTO "accounts_refreshtoken"')


def test_signing_out_marks_the_family_once(refresh: str, clock: Clock) -> None:
    now = timezone.now()
    clock(now)
    _, wrote = statements(lambda: token_revoke(refresh=refresh))
    assert wrote.startswith('UPDATE "accounts_tokenfamily" SET "revoked_at" = ')
    assert wrote.count(" = ") == 2
    clock(now + timedelta(hours=1))
    assert len(statements(lambda: token_revoke(refresh=refresh))) == 1
    assert TokenFamily.objects.get().revoked_at == now
