"""Who wants to know of what: handlers are tasks, and the relay sends each a message of its own."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from celery import shared_task

from systems.core.queues import WORK
from systems.outbox.services import event_handle

Act = Callable[[UUID, dict[str, Any]], None]


@dataclass(frozen=True)
class Handler:
    """A task, by its name, and the queue in which it waits."""

    task: str
    queue: str


_handlers: defaultdict[str, list[Handler]] = defaultdict(list)


def on_event(topic: str, *, queue: str) -> Callable[[Act], Act]:
    """In an app's tasks.py, makes a function a handler of this topic: it gets the event's id and its payload.

    It runs in a transaction with the note that it ran, so it must not take long. Raises ValueError for no such queue.
    """
    if queue not in WORK:
        raise ValueError(f"{queue} is none of the queues {', '.join(WORK)}")

    def register(act: Act) -> Act:
        name = f"{act.__module__.removeprefix('systems.').removesuffix('.tasks')}.{act.__name__}"

        @shared_task(name=name, queue=queue)
        def handle(event_id: str, payload: dict[str, Any]) -> None:
            known = UUID(event_id)
            event_handle(event_id=known, handler=name, act=lambda: act(known, payload))

        _handlers[topic].append(Handler(name, queue))
        return act

    return register


def handlers_of(topic: str) -> list[Handler]:
    return _handlers[topic]
