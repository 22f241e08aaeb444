"""The one way in with a password, for the API and the admin's page alike."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from systems.accounts import failed_logins
from systems.accounts.models import User
from systems.api.address import client_address
from systems.core.text import normalize_email


class PasswordBackend(ModelBackend):
    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, address: str = "", **_: Any
    ) -> User | None:
        """Whose password this is. Raises TooManyAttempts after too many failures. address: of a call without one."""
        if username is None or password is None:
            return None

        def sign_in() -> User | None:
            return super(PasswordBackend, self).authenticate(request, username=username, password=password)

        address = address or (client_address(request) if request else "unknown")
        return failed_logins.attempt(sign_in, address=address, account=normalize_email(username))
