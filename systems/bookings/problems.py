"""How HTTP answers the errors of bookings."""

from systems.api.problems import problem_type
from systems.bookings.errors import DatesTaken, TooManyPendingNights

problem_type(
    "dates-taken", 409, "These nights are taken",
    "Ask `availability/` for other nights, and let the guest choose.",
    DatesTaken,
)  # fmt: skip
problem_type(
    "too-many-pending-nights", 409, "Too many pending nights",
    "Pay for a request, cancel it, or wait until its host confirms it. The members `limit` and `pending` count nights.",
    TooManyPendingNights,
)  # fmt: skip
