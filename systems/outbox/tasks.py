"""What the outbox does in the background."""

from celery import shared_task

from systems.outbox import services


@shared_task(name="outbox.handled_clean_up")
def handled_clean_up() -> None:
    services.handled_clean_up()
