"""What the HTTP edge does in the background."""

from datetime import datetime

from systems.api.idempotency import answers_clean_up
from systems.outbox.subscriptions import on_schedule


@on_schedule(once=False)
def idempotency_clean_up(slot: datetime) -> None:
    answers_clean_up()
