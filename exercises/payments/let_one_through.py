"""let-one-through: a circuit breaker that lets one caller through, of many who come at once."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise, in_threads, said

REST = 30  # seconds for which it is open
WORDS = {"works": "asked: it works", "fails": "asked: it fails"}
LATER = "30 s later"
LENGTH = 7  # of the sequences that are all played


class BrokenError(Exception):
    """What the service raises."""


class Service:
    """A service that works or fails as it is set, and counts how often it is asked."""

    def __init__(self) -> None:
        self.works, self.asked = True, 0

    def __call__(self, question: str) -> str:
        self.asked += 1
        if not self.works:
            raise BrokenError(question)
        return f"answer to {question}"


def played(breaker: type, events: Sequence[str]) -> list[str]:
    """What each call of the sequence came to. An event is a call to a service that works or fails, or time passes."""
    now, service = [1000.0], Service()
    call = breaker(service, lambda: now[0])
    seen = []
    for event in events:
        if event in WORDS:
            service.works = event == "works"
            seen.append(called(call, service))
        else:
            now[0] += REST if event == LATER else 1
    return seen


def called(call: Any, service: Service) -> str:
    asked = service.asked
    try:
        answer = call("q")
        outcome = WORDS["works"] if answer == "answer to q" else f"another answer: {answer}"
    except BrokenError:
        outcome = WORDS["fails"]
    except Exception as error:
        outcome = "open" if type(error).__name__ == "OpenError" else said(error)
    times = service.asked - asked
    return outcome if times == (outcome in WORDS.values()) else f"{outcome}, and asked {times} times"


class Model:
    """The breaker of the task, to compare with."""

    def __init__(self, call: Any, clock: Any) -> None:
        self.call, self.clock, self.failures, self.until = call, clock, 0, 0.0

    def __call__(self, question: str) -> Any:
        if self.failures >= 3 and self.clock() < self.until:
            raise OpenError
        try:
            answer = self.call(question)
        except BrokenError:
            self.failures, self.until = self.failures + 1, self.clock() + REST
            raise
        self.failures = 0
        return answer


class OpenError(Exception):
    """As in the task: it is known by its name, since the learner's is another class."""


CASES = [
    ("while all is well it passes questions and answers on", ["works"] * 4,
     "return what `call` returns, and give it the arguments"),
    ("it passes on what the service raises, three times", ["fails"] * 3, "raise again what `call` raised"),
    ("after three failures it raises OpenError, and does not ask", ["fails"] * 5, "look at the count before you call"),
    ("a success in between begins the count again", ["fails", "fails", "works", "fails", "fails", "works"],
     "three failures *in a row*: set the count back where a call succeeds"),
    ("29 s later it is still open", ["fails"] * 3 + ["1 s later"] * 29 + ["works"], "it is open for 30 s"),
    ("30 s later it lets one through", ["fails"] * 3 + [LATER, "works", "works"],
     "compare clock() with the moment until which it is open"),
    ("if that one fails, it is open again", ["fails"] * 3 + [LATER, "fails", "works"],
     "one failure is enough then: don't set the count back when the time is over"),
    ("and for 30 s", ["fails"] * 3 + [LATER, "fails", LATER, "works"], "each failure sets the moment again"),
    ("if that one succeeds, it takes three failures again",
     ["fails"] * 3 + [LATER, "works", "fails", "fails", "works"], "after a success the count is 0"),
]  # fmt: skip


@exercise("let-one-through")
def let_one_through(lab: Lab, answer: Any) -> Iterator[Finding]:
    failed = False
    for what, events, hint in CASES:
        finding = Finding(what, expected=played(Model, events), happened=played(answer, events), hint=hint)
        failed |= not finding.passed
        yield finding
    if not failed:
        yield every_sequence(answer)
        yield from callers_at_once(answer)


def every_sequence(answer: Any) -> Finding:
    """All sequences of so many events: the first in which the answer differs from the model, if there is one."""
    for events in product(("works", "fails", LATER), repeat=LENGTH):
        expected, happened = played(Model, events), played(answer, events)
        if expected != happened:
            return Finding(f"this sequence: {', '.join(events)}", expected, happened, "follow the count step by step")
    return Finding(f"all sequences of {LENGTH} such events", "as it should be", "as it should be", "")


CALLERS = 20
PATIENCE = 10.0  # seconds


class Gate:
    """A service that fails until it is `well`, and then answers only when nobody else is on the way."""

    def __init__(self) -> None:
        self.well, self.inside, self.nobody_came, self.lock = False, 0, False, threading.Lock()
        self.refused, self.start = threading.Semaphore(0), threading.Barrier(CALLERS)

    def __call__(self, question: str) -> str:
        if not self.well:
            raise BrokenError(question)
        with self.lock:
            self.inside += 1
            others = CALLERS - 1 if self.inside == 1 else 0
        for _ in range(others):  # the first waits until all others were refused or are inside
            if not self.refused.acquire(timeout=PATIENCE / 2):
                self.nobody_came = self.inside == 1
                break
        return f"answer to {question}"


def callers_at_once(answer: Any) -> Iterator[Finding]:
    """Twenty come in the same moment, when the 30 s are over, and the one who is let through takes its time."""
    now, gate = [1000.0], Gate()
    breaker = answer(gate, lambda: now[0])
    for _ in range(3):
        attempt(breaker, "q")
    gate.well, now[0] = True, now[0] + REST
    outcomes = Counter(in_threads([partial(one_caller, breaker, gate)] * CALLERS, PATIENCE, "no answer"))
    finding = Finding(
        f"{CALLERS} at once, after 30 s: one is let through, and its answer takes time",
        expected={"answer to q": 1, "open": CALLERS - 1},
        happened=dict(sorted(outcomes.items())),
        hint="don't hold the lock while you call: all others would wait" if gate.nobody_came else IN_ONE_STEP,
    )
    yield finding
    if finding.passed:  # it may hold its lock while it calls, or else
        yield while_it_takes_long(answer)
    yield Finding("after its success all is well", "answer to q", attempt(breaker, "q"), "set the count back")


def while_it_takes_long(answer: Any) -> Finding:
    """One more comes 29 s after the one who was let through, whose answer is still on its way."""
    now, service = [1000.0], Service()
    seen: list[str] = []

    def slow(question: str) -> str:
        if service.works and not seen:
            now[0] += REST - 1
            seen.append("called")
            seen[0] = one_outcome(breaker)
        return service(question)

    breaker = answer(slow, lambda: now[0])
    service.works = False
    for _ in range(3):
        attempt(breaker, "q")
    service.works, now[0] = True, now[0] + REST
    attempt(breaker, "q")
    return Finding("29 s later its answer is not there yet: nobody else is let through", ["open"], seen, IN_ONE_STEP)


IN_ONE_STEP = "look at the moment and move it on in one step, under a lock: the others then find it open"


def one_caller(breaker: Any, gate: Gate) -> str:
    gate.start.wait(PATIENCE)
    try:
        return one_outcome(breaker)
    finally:
        gate.refused.release()


def one_outcome(breaker: Any) -> str:
    try:
        return str(breaker("q"))
    except Exception as error:
        return "open" if type(error).__name__ == "OpenError" else said(error)
