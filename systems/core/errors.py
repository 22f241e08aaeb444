"""What the rules of the systems refuse, without a word of HTTP: a view, a task or a socket each says it in its own way.

What has a name in Django keeps it: ValidationError for a value, PermissionDenied for a right. An app adds its own in
its `errors.py`, and says in its `problems.py` how HTTP answers them (api/problems.py).
"""

from typing import Any

DO_NOT_FIT = "these values do not fit together"  # where the database refuses them, by a rule without words of its own


class DomainError(Exception):
    """Something that the rules do not allow. members: more about it, for programs to read."""

    default_message = "the rules do not allow this"

    def __init__(self, message: str = "", **members: Any) -> None:
        super().__init__(message or self.default_message)
        self.members = members


class NotFound(DomainError):
    """There is no such row or, which must look the same, the account may not see it."""

    default_message = "not found"


class IllegalTransition(DomainError):
    """The row's status does not allow this step."""


class AlreadyDone(DomainError):
    """What can be done once was done before."""


class StaleVersion(DomainError):
    """The row has changed since the caller read it."""

    default_message = "it has changed since you read it: read it again"


class Overloaded(DomainError):
    """So much of this kind is under way that it gets no turn now. As in an outage, the same may succeed later."""


class TooManyAttempts(DomainError):
    """retry_after: the seconds after which another attempt may pass."""

    def __init__(self, message: str = "", *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
