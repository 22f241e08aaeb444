"""What the rules of accounts refuse."""

from systems.core.errors import DomainError


class InvalidCredentials(DomainError):
    """A password or a token that signs nobody in."""
