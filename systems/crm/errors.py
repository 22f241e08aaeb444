"""What the rules of the CRM refuse."""

from systems.core.errors import DomainError


class OutOfStock(DomainError):
    """An order wants more of a product than there is. members: `left`, how many, by the product's id."""
