"""what-it-leaves: a test that tells a safe request from an idempotent one, and from neither."""

from collections.abc import Callable, Iterator
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise

MOST_REQUESTS = 10


class Shelf:
    """What a server holds, and a request that changes it in one of several ways. It counts the requests."""

    def __init__(self, request: Callable[[list[str], int], None]) -> None:
        self.things, self.request, self.sent = ["boat"], request, 0

    def send(self) -> None:
        self.sent += 1
        if self.sent > MOST_REQUESTS:
            raise RuntimeError(f"more than {MOST_REQUESTS} requests")
        self.request(self.things, self.sent)

    def look(self) -> str:
        return ", ".join(self.things)


def toggle(things: list[str], _: int) -> None:
    things.remove("hidden") if "hidden" in things else things.append("hidden")


CASES: tuple[tuple[str, Callable[[list[str], int], None], str, str], ...] = (
    ("it reads", lambda things, _: None, "safe", "a request is safe where it leaves what it found, each time"),
    (
        "it deletes",
        lambda things, _: things.clear(),
        "idempotent",
        "the first one changes something, and a second one nothing more: look after each",
    ),
    ("it adds", lambda things, _: things.append("boat"), "neither", "the second one changes something again"),
    (
        "it hides, and shows again",
        toggle,
        "neither",
        "after two requests all is as before, and yet each changed something: look in between, too",
    ),
    (
        "it changes something at the second time only",
        lambda things, sent: things.append("late") if sent == 2 else None,
        "neither",
        "that the first request changed nothing says nothing of the second: send it twice before you judge",
    ),
)


@exercise("what-it-leaves")
def what_it_leaves(lab: Lab, answer: Any) -> Iterator[Finding]:
    for what, request, expected, hint in CASES:
        shelf = Shelf(request)
        yield Finding(what, expected=expected, happened=attempt(answer, shelf.send, shelf.look), hint=hint)
