"""What the outbox does in the background."""

from datetime import datetime

from systems.outbox import services
from systems.outbox.subscriptions import on_schedule


@on_schedule(once=False)
def handled_clean_up(slot: datetime) -> None:
    services.handled_clean_up()
