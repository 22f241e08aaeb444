"""What the threads of a process know together of a server that does not answer.

Each would otherwise wait out a timeout of its own, and requests that need nothing of that server would wait for a free
thread. So for a moment nothing is asked of it; from then on one thread at a time tries, and the others fail at once.

It is a circuit breaker that opens at the first timeout. pybreaker and circuitbreaker count failures up to a number that
each costs a timeout, and lock out all threads for a fixed time. One that can be told "one timeout, then one at a time"
would take this one's place.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PAUSE_SECONDS = 1.0


class Silence:
    """timeout: the exception of a wait that was in vain, which begins it. refusal: what is raised without a try."""

    def __init__(self, server: str, *, timeout: type[Exception], refusal: type[Exception]) -> None:
        self._server, self._timeout, self._refusal = server, timeout, refusal
        self._since: float | None = None
        self._trying = threading.Lock()

    def begins(self) -> None:
        self._since = time.monotonic()

    @contextmanager
    def observed(self) -> Iterator[None]:
        """For what asks the server. Raises the refusal where it is not to be asked now."""
        since, silent = self._since, False
        if since is not None and (time.monotonic() - since < PAUSE_SECONDS or not self._trying.acquire(blocking=False)):
            raise self._refusal(f"{self._server} did not answer a moment ago: not asked again yet")
        try:
            yield
        except self._timeout:
            silent = True
            raise
        finally:
            self._since = time.monotonic() if silent else None  # any other error is an answer
            if since is not None:
                self._trying.release()
