"""How HTTP answers the errors of bookings."""

from systems.api.problems import problem_type
from systems.bookings.errors import DatesTaken

problem_type(
    "dates-taken", 409, "These nights are taken",
    "Ask `availability/` for other nights, and let the guest choose.",
    DatesTaken,
)  # fmt: skip
