"""Accounts, and the families of refresh tokens that keep them signed in."""

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower

from systems.core.text import normalize_email


class Role(models.TextChoices):
    GUEST = "guest"
    HOST = "host"
    SALES = "sales"
    MANAGER = "manager"
    ADMIN = "admin"


class UserManager(BaseUserManager["User"]):
    def create_user(self, *, email: str, password: str | None = None, name: str = "", role: str = Role.GUEST) -> "User":
        """Raises Django's ValidationError by field, for a weak password and a taken address, too. Hashes at the end."""
        user = self.model(email=normalize_email(email), name=name, role=role)
        user.full_clean(exclude=["password"])
        if password is not None:
            _check_password(password, user)
        user.set_password(password)
        try:
            with transaction.atomic(using=self._db):
                user.save(using=self._db)
        except IntegrityError as error:  # of two at once that both found the address free
            raise ValidationError({"email": user.unique_error_message(User, ("email",))}) from error
        return user

    def create_superuser(self, *, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email=email, password=password, role=Role.ADMIN)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=normalize_email(email or ""))


def _check_password(password: str, user: "User") -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.error_list}) from error


class User(AbstractBaseUser):
    """Somebody with an e-mail address and one role. Being staff is a role, not a second switch."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254, unique=True, error_messages={"unique": "This address has an account."})
    name = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=10, choices=Role, default=Role.GUEST)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_in_small_letters"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="role_is_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """For Django, which calls it wherever an account is cleaned, as in a form of the admin."""
        return normalize_email(username)

    @property
    def is_staff(self) -> bool:
        return bool(self.role == Role.ADMIN)

    def has_perm(self, permission: str, of: object = None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, app: str) -> bool:
        return self.is_active and self.is_staff


class TokenFamily(models.Model):
    """One login: a chain of refresh tokens, each the successor of the one before. Revoked, all of them are dead.

    A trigger revokes those of an account whose password changes or that is deactivated (migration 0004), since there
    are many ways to do either: here, in the admin, by manage.py, in SQL.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "token families"


class RefreshToken(models.Model):
    """A refresh token, by its digest: a reader of this table can't sign in with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    family = models.ForeignKey(TokenFamily, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256, in hexadecimal
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["family"], condition=models.Q(used_at__isnull=True), name="one_live_token_a_family"
            )
        ]
        indexes = [models.Index(fields=["expires_at"], name="token_expiry")]  # for those that are deleted
