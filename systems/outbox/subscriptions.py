"""Who wants to know of what: handlers are tasks, and the relay sends each a message of its own.

That a task is due is an event, too, of a topic that beat makes of the task's name.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from celery import shared_task
from django.utils import timezone

from systems.core.queues import WORK
from systems.outbox.services import event_handle, topic_of

Act = Callable[[UUID, dict[str, Any]], None]
ActAt = Callable[[datetime], None]


@dataclass(frozen=True)
class Handler:
    """A task, by its name, and the queue in which it waits."""

    task: str
    queue: str


_handlers: defaultdict[str, list[Handler]] = defaultdict(list)


def on_event(topic: str, *, queue: str, once: bool = True) -> Callable[[Act], Act]:
    """In an app's tasks.py, makes a function a handler of this topic: it gets the event's id and its payload.

    It runs in a transaction with the note that it ran, so it must not take long. With once=False there is neither: for
    a function that may run again without harm, and that asks another server. Raises ValueError for no such queue.
    """
    if queue not in WORK:
        raise ValueError(f"{queue} is none of the queues {', '.join(WORK)}")

    def register(act: Act) -> Act:
        name = _name(act)

        @shared_task(name=name, queue=queue)
        def handle(event_id: str, payload: dict[str, Any]) -> None:
            known = UUID(event_id)
            if once:
                event_handle(event_id=known, handler=name, act=lambda: act(known, payload))
            else:
                act(known, payload)

        _handlers[topic].append(Handler(name, queue))
        return act

    return register


def on_schedule(*, once: bool) -> Callable[[ActAt], ActAt]:
    """In an app's tasks.py, makes a function a task for the schedule in systems/celery.py: it gets the slot.

    once: it runs in a transaction with the note that it ran for this slot, so it must not take long. Otherwise the same
    slot may come twice, at times to two workers at once, which must do no harm. By hand, `celery call` runs it for now.
    """

    def register(act: ActAt) -> ActAt:
        name = _name(act)

        @shared_task(name=name)
        def handle(event_id: str | None = None, payload: dict[str, Any] | None = None) -> None:
            slot = datetime.fromisoformat(payload["slot"]) if payload else timezone.now()
            if once:
                known = UUID(event_id) if event_id else uuid4()
                event_handle(event_id=known, handler=name, act=lambda: act(slot))
            else:
                act(slot)

        _handlers[topic_of(name)].append(Handler(name, WORK[0]))
        return act

    return register


def _name(act: Callable[..., None]) -> str:
    return f"{act.__module__.removeprefix('systems.').removesuffix('.tasks')}.{act.__name__}"


def handlers_of(topic: str) -> list[Handler]:
    return _handlers[topic]
