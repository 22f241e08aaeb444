"""Right and wrong answers to what-it-leaves of 11c-http-clients."""

from collections.abc import Callable

from exercises.http_clients.what_it_leaves import what_it_leaves
from tests.exercises.answers import Answers

answers = Answers(what_it_leaves)
Send = Callable[[], None]
Look = Callable[[], str]


@answers.right
def by_a_list_of_states(send: Send, look: Look) -> str:
    states = [look()]
    for _ in range(2):
        send()
        states.append(look())
    return "safe" if len(set(states)) == 1 else "idempotent" if states[1] == states[2] else "neither"


@answers.wrong("look in between, too")
def compares_the_ends(send: Send, look: Look) -> str:
    before = look()
    send()
    once = look()
    send()
    if look() == before:
        return "safe"
    return "idempotent" if look() == once else "neither"


@answers.wrong("send it twice before you judge")
def believes_the_first(send: Send, look: Look) -> str:
    before = look()
    send()
    once = look()
    if once == before:
        return "safe"
    send()
    return "idempotent" if look() == once else "neither"
