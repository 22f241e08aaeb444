"""However many schedulers there are, a guest is reminded once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from systems.accounts.models import User
from systems.bookings.models import Booking
from systems.listings.models import Listing
from systems.notifications.services import reminders_add
from systems.outbox.models import Event, HandledEvent


@pytest.fixture(autouse=True)
def nothing_lasts() -> Iterator[None]:
    """Other connections see only what is committed, so the rows are deleted instead."""
    yield
    for model in (Event, HandledEvent, Booking, Listing, User):
        model.objects.all().delete()


def test_two_schedulers_at_once_remind_once(stay_of: Callable[..., Booking]) -> None:
    for _ in range(10):
        stay_of(start=1, end=2)
    together = Barrier(4, timeout=30)

    def run(_: int) -> int:
        together.wait()
        try:
            return reminders_add()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == 10
    assert Event.objects.filter(topic="booking.starts_tomorrow").count() == 10
