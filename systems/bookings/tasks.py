"""What becomes of bookings by themselves."""

from datetime import datetime

from systems.bookings import services
from systems.outbox.subscriptions import on_schedule


@on_schedule(once=False)
def lapse(slot: datetime) -> None:
    services.bookings_lapse()


@on_schedule(once=False)
def complete(slot: datetime) -> None:
    services.bookings_complete()
