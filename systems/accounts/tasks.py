"""What accounts do in the background."""

from celery import shared_task

from systems.accounts import services


@shared_task(name="accounts.tokens_clean_up")
def tokens_clean_up() -> None:
    services.tokens_clean_up()
