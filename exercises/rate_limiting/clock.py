"""Units of time, and the injected clock."""

SECOND = 1_000_000  # microseconds
MINUTE = 60 * SECOND
NOON = 1_893_495_600.0  # an injected clock, as large as a real one
