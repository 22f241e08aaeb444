"""A cell that is interrupted leaves no calls behind, and a lab that works."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

import nexus
from nexus import concurrency, interrupts, paths

# The first import of matplotlib is interrupted in its middle, once.
FIRST_IMPORT = """
import os, signal, sys, nexus

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "matplotlib.colors":
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
try:
    nexus.Chart
    sys.exit("nothing was interrupted")
except KeyboardInterrupt:
    pass
print(nexus.race(lambda number: number, [1, 2]), nexus.load(abs, calls=3).calls, nexus.Chart("a", "a line").svg()[:4])
"""


def interrupt_when(event: threading.Event) -> None:
    def press() -> None:
        event.wait(10)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)  # as the system does: it ends a wait

    threading.Thread(target=press, daemon=True).start()


def threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if "press" not in thread.name}


@pytest.mark.parametrize(
    "calling",
    [lambda call: nexus.load(call, calls=10_000), lambda call: nexus.race(call, range(10))],
    ids=["load", "race"],
)
def test_an_interrupted_load_or_race_makes_no_further_call(calling: Callable[[Callable[[int], None]], object]) -> None:
    calls, started, before = [], threading.Event(), threads()

    def call(number: int) -> None:
        started.set()
        for _ in range(10_000):
            calls.append(number)
            time.sleep(0.001)

    interrupt_when(started)
    with pytest.raises(KeyboardInterrupt):
        calling(call)
    counted = len(calls)
    assert threads() <= before
    assert len(calls) == counted


def test_an_interrupt_as_threads_start_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes when a thread runs and does not know its own number yet, so that it can't be ended by it."""
    before, main = threads(), threading.main_thread()
    know_number, given_up = concurrency._Worker._set_ident, threading.Event()  # type: ignore[attr-defined]

    def interrupted(worker: threading.Thread) -> None:
        signal.pthread_kill(main.ident or 0, signal.SIGINT)
        given_up.wait(0.2)
        know_number(worker)

    def end(workers: list[concurrency._Worker]) -> None:
        given_up_on(workers)
        given_up.set()

    monkeypatch.setattr(concurrency._Worker, "_set_ident", interrupted)
    given_up_on = concurrency._end
    monkeypatch.setattr(concurrency, "_end", end)
    with pytest.raises(KeyboardInterrupt):
        nexus.race(lambda number: [len(str(one)) for one in range(number)], [10**9])
    assert threads() <= before


def test_an_interrupted_wait_ends_at_once() -> None:
    started, began = threading.Event(), time.monotonic()

    class Reason(str):
        def __format__(self, how: str) -> str:
            started.set()
            return "it is interrupted"

    interrupt_when(started)
    with pytest.raises(KeyboardInterrupt):
        nexus.wait(60, because=Reason())
    assert time.monotonic() - began < 30


def test_an_interrupted_first_import_can_be_had_again() -> None:
    command = [sys.executable, "-c", FIRST_IMPORT]
    done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.stdout == "[1, 2] 3 <svg\n", done.stderr


def test_an_interrupt_is_held_back_until_the_end_of_the_block() -> None:
    done: list[str] = []

    def work() -> None:
        with interrupts.held_back():
            signal.raise_signal(signal.SIGINT)
            done.append("the whole block")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["the whole block"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_block_in_another_thread_is_left_alone() -> None:
    done: list[int] = []

    def work() -> None:
        with interrupts.held_back():
            done.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [1]
