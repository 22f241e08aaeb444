"""Nights, and the rule that one guest has them."""

from datetime import date

from psycopg.types.range import Range

RULE = """
    constraint one_guest_a_night exclude using gist (listing_id with =, stay with &&) where (status <> 'cancelled')
"""


def nights(first: int, last: int) -> Range[date]:
    """From the first to the last day of June, as the chapter's stays: the last is the day of the departure."""
    return Range(date(2030, 6, first), date(2030, 6, last))
