"""Right and wrong answers to let-one-through of 42c-payments."""

import threading
from collections.abc import Callable
from typing import Any

from exercises.payments.let_one_through import let_one_through
from tests.exercises.answers import Answers

answers = Answers(let_one_through)


class OpenError(Exception):
    pass


class Plain:
    def __init__(self, call: Callable[..., Any], clock: Callable[[], float]) -> None:
        self.call, self.clock, self.failures, self.until = call, clock, 0, 0.0


@answers.right
class WithStates:
    """Closed, open, or half open: the words of the literature."""

    def __init__(self, call: Callable[..., Any], clock: Callable[[], float]) -> None:
        self.call, self.clock, self.failures, self.opened = call, clock, 0, 0.0
        self.state, self.lock = "closed", threading.Lock()

    def __call__(self, *arguments: Any) -> Any:
        with self.lock:
            if self.state == "half open" or (self.state == "open" and self.clock() - self.opened < 30):
                raise OpenError("not asked")
            if self.state == "open":
                self.state = "half open"
        try:
            answer = self.call(*arguments)
        except BaseException:
            self.fail()
            raise
        with self.lock:
            self.failures, self.state = 0, "closed"
        return answer

    def fail(self) -> None:
        with self.lock:
            self.failures += 1
            if self.state == "half open" or self.failures == 3:
                self.opened, self.state = self.clock(), "open"


@answers.right
class WithATrialLock(Plain):
    """Who gets the lock of the trial is the one who is let through."""

    def __call__(self, *arguments: Any) -> Any:
        trial: threading.Lock = self.__dict__.setdefault("trial", threading.Lock())
        if self.failures < 3:
            return self.ask(*arguments)
        if self.clock() < self.until or not trial.acquire(blocking=False):
            raise OpenError
        try:
            if self.failures >= 3 and self.clock() < self.until:
                raise OpenError
            return self.ask(*arguments)
        finally:
            trial.release()

    def ask(self, *arguments: Any) -> Any:
        try:
            answer = self.call(*arguments)
        except Exception:
            self.failures, self.until = self.failures + 1, self.clock() + 30
            raise
        self.failures = 0
        return answer


@answers.wrong("move it on in one step")
class LetsAllThrough(Plain):
    def __call__(self, *arguments: Any) -> Any:
        if self.failures >= 3 and self.clock() < self.until:
            raise OpenError
        try:
            answer = self.call(*arguments)
        except Exception:
            self.failures, self.until = self.failures + 1, self.clock() + 30
            raise
        self.failures = 0
        return answer


@answers.wrong("move it on in one step")
class ClosesTheWayForASecond(Plain):
    def __call__(self, *arguments: Any) -> Any:
        lock: threading.Lock = self.__dict__.setdefault("moving", threading.Lock())
        with lock:
            if self.failures >= 3:
                if self.clock() < self.until:
                    raise OpenError
                self.until = self.clock() + 1
        try:
            answer = self.call(*arguments)
        except Exception:
            self.failures, self.until = self.failures + 1, self.clock() + 30
            raise
        self.failures = 0
        return answer


@answers.wrong("hold the lock while you call")
class HoldsItsLock(LetsAllThrough):
    def __call__(self, *arguments: Any) -> Any:
        lock: threading.RLock = self.__dict__.setdefault("held", threading.RLock())
        with lock:
            return super().__call__(*arguments)


@answers.wrong("three failures *in a row*")
class CountsAll(Plain):
    def __call__(self, *arguments: Any) -> Any:
        if self.failures >= 3 and self.clock() < self.until:
            raise OpenError
        try:
            return self.call(*arguments)
        except Exception:
            self.failures, self.until = self.failures + 1, self.clock() + 30
            raise


@answers.wrong("don't set the count back")
class BeginsAfresh(Plain):
    def __call__(self, *arguments: Any) -> Any:
        if self.failures >= 3:
            if self.clock() < self.until:
                raise OpenError
            self.failures = 0
        try:
            answer = self.call(*arguments)
        except Exception:
            self.failures, self.until = self.failures + 1, self.clock() + 30
            raise
        self.failures = 0
        return answer


@answers.wrong("compare clock() with the moment")
class StaysOpen(Plain):
    def __call__(self, *arguments: Any) -> Any:
        if self.failures >= 3:
            raise OpenError
        try:
            answer = self.call(*arguments)
        except Exception:
            self.failures += 1
            raise
        self.failures = 0
        return answer


@answers.wrong("raise again what")
class HidesErrors(Plain):
    def __call__(self, *arguments: Any) -> Any:
        if self.failures >= 3 and self.clock() < self.until:
            raise OpenError
        try:
            answer = self.call(*arguments)
        except Exception:
            self.failures, self.until = self.failures + 1, self.clock() + 30
            return None
        self.failures = 0
        return answer


@answers.wrong("look at the count before")
class AsksAllTheSame(Plain):
    def __call__(self, *arguments: Any) -> Any:
        try:
            answer = self.call(*arguments)
        except Exception as error:
            self.failures += 1
            if self.failures > 3:
                raise OpenError from error
            raise
        self.failures = 0
        return answer


@answers.wrong("run your function by itself")
class TakesNoClock:
    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call
