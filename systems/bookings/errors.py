"""What the rules of bookings refuse."""

from systems.core.errors import DomainError


class DatesTaken(DomainError):
    """Another stay holds one of these nights."""


class TooManyPendingNights(DomainError):
    """The guest waits for hosts to confirm as many unpaid nights as one may. limit and pending: in nights."""
