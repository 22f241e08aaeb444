"""When the CRM acts by itself, and who gets which mail."""

from datetime import datetime
from typing import Any
from uuid import UUID

from systems.accounts.models import User
from systems.core.mail import mail_send
from systems.crm import jobs
from systems.crm.models import Order, Status
from systems.crm.selectors import WEEK, managers
from systems.outbox.subscriptions import on_event, on_schedule

Payload = dict[str, Any]


@on_schedule(once=True)
def heartbeat(slot: datetime) -> None:
    jobs.heartbeat(slot=slot)


@on_schedule(once=True)
def restock(slot: datetime) -> None:
    jobs.restock()


@on_schedule(once=False)
def remind(slot: datetime) -> None:
    jobs.orders_remind(slot=slot)


@on_schedule(once=False)
def clean_up(slot: datetime) -> None:
    jobs.clean_up(slot=slot)


@on_schedule(once=True)
def report(slot: datetime) -> None:
    jobs.report(slot=slot)


@on_event("crm.restocked", queue="mail")
def tell_manager_of_restock(event_id: UUID, payload: Payload) -> None:
    _tell_manager(event_id, "restocked", payload)


@on_event("crm.week_over", queue="mail")
def tell_manager_of_week(event_id: UUID, payload: Payload) -> None:
    until = datetime.fromisoformat(payload["until"])
    _tell_manager(event_id, "week_over", {**payload, "since": until - WEEK, "until": until})


@on_event("crm.order_waits", queue="mail")
def tell_customer_of_order(event_id: UUID, payload: Payload) -> None:
    """Unless it was paid or cancelled meanwhile. An answer goes to the sales person."""
    waiting = Order.objects.select_related("customer__owner").filter(pk=payload["order"], status=Status.PENDING)
    if order := waiting.first():
        customer = order.customer
        context = {"to": customer, "order": order, "lines": order.lines.select_related("product").order_by("pk")}
        mail_send(
            event_id=event_id,
            to=customer.email,
            kind="crm/mail/order_waits",
            context=context,
            reply_to=customer.owner.email,
        )


def _tell_manager(event_id: UUID, kind: str, payload: Payload) -> None:
    """Unless they are none any more."""
    manager: User | None = managers().filter(pk=payload["manager"]).first()
    if manager:
        mail_send(event_id=event_id, to=manager.email, kind=f"crm/mail/{kind}", context={"to": manager, **payload})
