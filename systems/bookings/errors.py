"""What the rules of bookings refuse."""

from systems.core.errors import DomainError


class DatesTaken(DomainError):
    """Another stay holds one of these nights."""
