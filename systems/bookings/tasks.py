"""What becomes of bookings by themselves."""

from celery import shared_task

from systems.bookings import services


@shared_task(name="bookings.lapse")
def lapse() -> None:
    services.bookings_lapse()


@shared_task(name="bookings.complete")
def complete() -> None:
    services.bookings_complete()
