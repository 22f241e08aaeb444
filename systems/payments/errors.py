"""What is refused about payments, and what the provider could not answer."""

from systems.core.errors import DomainError


class ProviderDown(DomainError):
    """No answer, too late an answer, or none that we understand: the same may succeed later. retry_after: seconds."""

    default_message = "the payment provider does not answer: send this again, and the payment goes on"

    def __init__(self, message: str = "", *, retry_after: int = 2) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ProviderRefused(DomainError):
    """The provider has understood, and does not do it. Its words are for us."""


class ReferenceUsed(ProviderRefused):
    """The provider knows a payment with this tx_ref already, and does not say its checkout page again."""
