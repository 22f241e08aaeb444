"""Rows as JSON, written by a function.

REST framework's serializer builds its fields for every request and asks each of them for every row: of a page of 20
listings, that was nearly half the work. So the classes of output only declare what the OpenAPI document says, and
override `to_representation`. That both say the same is held by tests/systems/test_output.py.
"""

from datetime import datetime
from decimal import Decimal


def instant(moment: datetime) -> str:
    """A time in UTC, such as 2030-03-01T10:00:00Z."""
    return moment.isoformat().replace("+00:00", "Z")


def amount(money: Decimal) -> str:
    """With two decimal places, as the database keeps it, though it may have been sent with fewer."""
    return f"{money:.2f}"
