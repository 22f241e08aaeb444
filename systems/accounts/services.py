"""What changes accounts and their tokens. Why own: "Refresh tokens" in DECISIONS.md."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken

from systems.accounts import failed_logins
from systems.accounts.errors import InvalidCredentials
from systems.accounts.models import RefreshToken, Role, TokenFamily, User
from systems.core.batches import delete_in_batches

LATE_REFRESH = timedelta(hours=1)  # a rotation that began before its token expired has ended by then

WRONG = "there is no account with this address and password"


@dataclass(frozen=True)
class TokenPair:
    """access: a signed token, good for minutes. refresh: a secret that buys the next pair, once."""

    access: str
    refresh: str


def user_register(*, email: str, password: str, address: str, name: str = "", role: str = Role.GUEST) -> User:
    """A new account. Raises Django's ValidationError for a weak password, a taken address, or the role of an admin.

    Raises TooManyAttempts for more from one address (of the network) than REGISTRATIONS allows: they cost a hash each,
    and would tell which e-mail addresses have an account.
    """
    if role not in {Role.GUEST, Role.HOST}:
        raise ValidationError({"role": "choose guest or host"})
    failed_logins.hit(settings.REGISTRATIONS, "registrations", address)
    return User.objects.create_user(email=email, password=password, name=name, role=role)


@transaction.atomic
def user_update(*, user_id: UUID, name: str | None = None) -> User:
    """Change what an account may change of itself. A change of nothing writes nothing."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if name is not None and name != user.name:
        user.name = name
        user.save(update_fields=["name"])
    return user


def token_obtain(*, email: str, password: str, address: str) -> TokenPair:
    """Sign in. Raises TooManyAttempts after too many failures (failed_logins.py), and InvalidCredentials."""
    found = authenticate(username=email, password=password, address=address)
    if found is None:
        raise InvalidCredentials(WRONG)
    with transaction.atomic():
        # Looked at again, under a lock: a password that changes meanwhile ends the logins made with the old one.
        user = User.objects.select_for_update(no_key=True).filter(pk=found.pk, is_active=True).first()
        if user is None or (user.password != found.password and not user.check_password(password)):
            raise InvalidCredentials(WRONG)
        return _issue(TokenFamily.objects.create(user=user))


def token_refresh(*, refresh: str) -> TokenPair:
    """The next pair, for a refresh token that was not used before. Raises InvalidCredentials.

    Uses of one family queue at its row, so of many at once one wins. A use of a spent token soon after is a client's
    race, and is refused; later, somebody has a copy of it, and the whole family dies (RFC 9700, section 4.14.2).
    """
    with transaction.atomic():
        pair = _rotate(refresh)
    if pair is None:  # raised out here: what the transaction revoked must stay revoked
        raise InvalidCredentials("this refresh token is spent, expired or unknown: sign in again")
    return pair


def token_revoke(*, refresh: str) -> None:
    """Sign out: the family of this token is dead. An unknown token is no error; signed out is signed out."""
    with transaction.atomic():
        family = _lock_family(refresh)
        if family and family.revoked_at is None:
            _revoke(family)


def tokens_clean_up() -> int:
    """Delete the refresh tokens that have expired, used or not, and the families that have none left.

    A used one is kept until then, since its second use tells of theft. Returns how many tokens and families there were.
    """
    expired = timezone.now() - LATE_REFRESH
    tokens = delete_in_batches(RefreshToken.objects.filter(expires_at__lt=expired))
    return tokens + delete_in_batches(TokenFamily.objects.filter(tokens=None))


def admin_clean_up() -> int:
    """Delete the admin pages' expired sessions, and what they have logged for ADMIN_LOG_DAYS; returns how many."""
    now = timezone.now()
    sessions = delete_in_batches(Session.objects.filter(expire_date__lt=now))
    until = now - timedelta(days=settings.ADMIN_LOG_DAYS)
    return sessions + delete_in_batches(LogEntry.objects.filter(action_time__lt=until))


def _rotate(refresh: str) -> TokenPair | None:
    family = _lock_family(refresh)
    if family is None or family.revoked_at or not family.user.is_active:
        return None
    token, now = family.tokens.get(digest=digest(refresh)), timezone.now()
    if token.used_at is None and now < token.expires_at:
        token.used_at = now
        token.save(update_fields=["used_at"])
        return _issue(family)
    if token.used_at and now - token.used_at > timedelta(seconds=settings.REFRESH_GRACE_SECONDS):
        _revoke(family)
    return None


def _lock_family(refresh: str) -> TokenFamily | None:
    families = TokenFamily.objects.select_for_update(of=("self",)).select_related("user")
    return families.filter(tokens__digest=digest(refresh)).first()


def _revoke(family: TokenFamily) -> None:
    family.revoked_at = timezone.now()
    family.save(update_fields=["revoked_at"])


def _issue(family: TokenFamily) -> TokenPair:
    refresh = secrets.token_urlsafe(32)
    expires_at = timezone.now() + timedelta(days=settings.REFRESH_DAYS)
    RefreshToken.objects.create(family=family, digest=digest(refresh), expires_at=expires_at)
    return TokenPair(access=str(AccessToken.for_user(family.user)), refresh=refresh)


def digest(secret: str) -> str:
    """A fast digest is enough: the secret is 256 random bits, which nobody can guess from a list."""
    return hashlib.sha256(secret.encode()).hexdigest()
