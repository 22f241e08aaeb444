"""Several callers at once: `race` for one moment, `load` for a while. `until` waits for an event, `wait` for time."""

import contextlib
import ctypes
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from nexus import interrupts
from nexus.errors import NexusError

if TYPE_CHECKING:
    from nexus.charts import Chart

T = TypeVar("T")
ASK_AGAIN_SECONDS = 0.03  # most questions open a connection
PATIENCE_SECONDS = 2  # for calls that were under way at an interrupt: one that waits for a server may take longer


def race(call: Callable[..., Any], arguments: Sequence[Any], errors: str = "raise") -> list[Any]:
    """Run `call` once for each of `arguments`, all in threads that start from one barrier; return the results in order.

    arguments: a tuple is spread over the call's parameters, anything else is its only argument.
    errors: "raise" raises the first exception once all have ended, "return" puts exceptions among the results.
    """
    barrier = threading.Barrier(len(arguments))
    results: list[Any] = [None] * len(arguments)

    def run(place: int, argument: Any) -> None:
        try:
            barrier.wait()
            results[place] = call(*argument) if isinstance(argument, tuple) else call(argument)
        except BaseException as error:
            results[place] = _Failed(error)

    _run_all([partial(run, place, argument) for place, argument in enumerate(arguments)], barrier.abort)
    if errors == "raise" and (failed := next((r for r in results if isinstance(r, _Failed)), None)):
        raise failed.error
    return [result.error if isinstance(result, _Failed) else result for result in results]


@dataclass
class _Failed:
    error: BaseException


@dataclass
class Load:
    """What a load saw. latencies: seconds, one a call, in the order of their end. errors: one an unanswered call."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    @property
    def calls(self) -> int:
        return len(self.latencies)

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.calls / self.seconds

    def percentile(self, share: float) -> float:
        """The latency in seconds that `share` percent of the calls did not exceed (nearest rank)."""
        if not self.latencies:
            raise NexusError("this load made no call, so it has no percentiles")
        ordered = sorted(self.latencies)
        return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]

    def figure(self, name: str, alt: str) -> "Chart":
        """Latency over the share of calls: the tail is at the right edge, where a mean would hide it."""
        with interrupts.held_back():
            from nexus.charts import Chart  # not at the top: matplotlib takes most of a second to load

        chart = Chart(name, alt)
        shares = [100 * (rank + 1) / self.calls for rank in range(self.calls)]
        chart.axes.plot(shares, [1000 * latency for latency in sorted(self.latencies)])
        chart.axes.set(xlabel="calls, per cent", ylabel="latency, ms", xlim=(0, 100), ylim=(0, None))
        return chart


def load(call: Callable[[int], Any], *, calls: int, threads: int = 10, rate: float | None = None) -> Load:
    """Make `calls` calls of `call(number)` from `threads` threads, and measure each.

    Without a rate every thread calls again as soon as it is answered. With a rate of so many a second, call n is due
    at n / rate whatever the earlier ones do, and its latency counts from when it was due: a server that stalls cannot
    hide the queue behind it (Gil Tene's "coordinated omission").
    """
    seen, lock, numbers, stop = Load(), threading.Lock(), iter(range(calls)), threading.Event()
    start = time.perf_counter()

    def work() -> None:
        for number in _shared(numbers, lock, stop):
            due = start + number / rate if rate else time.perf_counter()
            _sleep_until(due)
            _measure(call, number, due, seen, lock)

    _run_all([work] * min(threads, calls), stop.set)
    seen.seconds = time.perf_counter() - start
    return seen


def _measure(call: Callable[[int], Any], number: int, due: float, seen: Load, lock: threading.Lock) -> None:
    outcome: Any
    try:
        outcome, where = call(number), seen.results
    except Exception as error:
        outcome, where = error, seen.errors
    ended = time.perf_counter()
    with lock:
        seen.latencies.append(ended - due)
        where.append(outcome)


def wait(seconds: float, because: str) -> None:
    """Let time pass where that is itself the lesson, such as an expiry; `because` tells the reader why."""
    print(f"Waiting {seconds:g} s: {because}.")  # noqa: T201 - said while it waits, not after
    _sleep_until(time.perf_counter() + seconds)


def until(ask: Callable[[], T], seconds: float = 60) -> T:
    """Ask a server again and again, and return its answer once that is true: for what it can't tell by itself.

    Raises TimeoutError with the last answer where it is not true within so many seconds.
    """
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"this did not come true within {seconds:g} seconds; the last answer was {answer!r}")
        threading.Event().wait(ASK_AGAIN_SECONDS)
    return answer


def _run_all(works: Sequence[Callable[[], None]], stop: Callable[[], None]) -> None:
    """Run each in a thread of its own until all have ended.

    An interrupted cell leaves none behind that would call into the cells after it: `stop` says that no other call is
    to be made, and those under way end at their next step in Python.
    """
    workers = [_Worker(work) for work in works]
    try:
        with interrupts.held_back():  # a thread that is starting can't be found yet, and would be left behind
            for worker in workers:
                worker.start()
        for worker in workers:
            worker.wait()
    except BaseException:
        stop()
        _end([worker for worker in workers if worker.ident])
        raise


class _Worker(threading.Thread):
    """A thread to wait for: until Python 3.13, one whose `join` is interrupted counts as ended, though it runs."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._work, self.ended = work, threading.Event()

    def run(self) -> None:
        try:
            with contextlib.suppress(SystemExit):
                self._work()
        finally:
            self.ended.set()

    def wait(self, seconds: float | None = None) -> None:
        if self.ended.wait(seconds):
            self.join()


def _end(workers: list[_Worker]) -> None:
    """Raise SystemExit in each, wherever its Python is, and give them a moment for it."""
    for worker in workers:
        if not worker.ended.is_set():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident or 0), ctypes.py_object(SystemExit))
    deadline = time.perf_counter() + PATIENCE_SECONDS
    for worker in workers:
        worker.wait(max(0.0, deadline - time.perf_counter()))


def _shared(numbers: Iterator[int], lock: threading.Lock, stop: threading.Event) -> Iterator[int]:
    while not stop.is_set():
        with lock:
            number = next(numbers, None)
        if number is None:
            return
        yield number


def _sleep_until(moment: float) -> None:
    while (left := moment - time.perf_counter()) > 0:
        threading.Event().wait(left)
