"""What the HTTP edge does in the background."""

from celery import shared_task

from systems.api.idempotency import answers_clean_up


@shared_task(name="api.idempotency_clean_up")
def idempotency_clean_up() -> None:
    answers_clean_up()
