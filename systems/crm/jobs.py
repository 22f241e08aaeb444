"""What the CRM does by itself, at the times in systems/celery.py. A mail is an event first, so it is sent once."""

import logging
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from django.conf import settings
from django.utils import timezone

from systems.crm.selectors import managers, orders_to_remind, sales_of_week
from systems.crm.services import customers_clean_up, products_restock
from systems.outbox.services import event_add, event_add_all, event_handle

LATE = timedelta(minutes=5)  # the next heartbeat is due by then
log = logging.getLogger(__name__)


def heartbeat(*, slot: datetime) -> None:
    """Say in the log that the way from beat to a worker is open, and how long it took where that is too long."""
    if (late := timezone.now() - slot) > LATE:
        log.warning("the heartbeat of %s came %d seconds late", slot.isoformat(), late.total_seconds())
    else:
        log.info("the CRM is alive")


def restock() -> int:
    """Order more of what runs low, and tell each manager; returns of how many products. Within a transaction."""
    low = products_restock()
    if low:
        products = [{"name": product.name, "stock": product.stock} for product in low]
        payloads = ({"manager": manager.pk, "products": products} for manager in managers())
        event_add_all(topic="crm.restocked", payloads=payloads)
    return len(low)


def orders_remind(*, slot: datetime) -> int:
    """An event crm.order_waits for each order that waits for its payment; returns how many are new.

    Once an order: the inbox knows for which it was done, and INBOX_DAYS is never less than the week that is looked at.
    """
    waiting = orders_to_remind(now=slot).values_list("pk", flat=True)
    return sum(_remind_once(key) for key in waiting.iterator())


def _remind_once(key: int) -> bool:
    def add() -> None:
        event_add(topic="crm.order_waits", payload={"order": key})

    return event_handle(event_id=uuid5(NAMESPACE_OID, f"crm order {key}"), handler="crm.remind", act=add)


def clean_up(*, slot: datetime) -> int:
    """Delete the customers who have ordered nothing for CUSTOMER_IDLE_DAYS; returns how many."""
    deleted = customers_clean_up(cutoff=slot - timedelta(days=settings.CUSTOMER_IDLE_DAYS))
    if deleted:
        log.info("%d customers without an order for %d days were deleted", deleted, settings.CUSTOMER_IDLE_DAYS)
    return deleted


def report(*, slot: datetime) -> None:
    """Tell each manager what the week before was like. Within a transaction."""
    sales = sales_of_week(until=slot)
    numbers = {"customers": sales.customers, "orders": sales.orders, "revenue": sales.revenue}
    payloads = ({"manager": manager.pk, "until": slot, **numbers} for manager in managers())
    event_add_all(topic="crm.week_over", payloads=payloads)
