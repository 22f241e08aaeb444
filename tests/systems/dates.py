"""Days counted from today, since a stay in the past can't be booked."""

from datetime import UTC, date, datetime, timedelta


def day(offset: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=offset)
