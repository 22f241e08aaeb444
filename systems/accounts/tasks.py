"""What accounts do in the background."""

from datetime import datetime

from systems.accounts import services
from systems.outbox.subscriptions import on_schedule


@on_schedule(once=False)
def tokens_clean_up(slot: datetime) -> None:
    services.tokens_clean_up()


@on_schedule(once=False)
def admin_clean_up(slot: datetime) -> None:
    services.admin_clean_up()
