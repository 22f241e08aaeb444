"""What the threads of a process know together of a server that does not answer.

Each would otherwise wait out a timeout of its own, and requests that need nothing of that server would wait for a free
thread. So for a moment nothing is asked of it; from then on one thread at a time tries, and the others fail soon.

It is a circuit breaker that opens at the first timeout, or the first few in a row, and then lets one thread at a time
try. Kept libraries that were looked at, and why this is ours: "Circuit breaker" in DECISIONS.md.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PAUSE_SECONDS = 1.0
TURN_SECONDS = 0.5  # the others wait so long for the one that tries, which is enough where the server is back


class Silence:
    """timeout: the exception of a wait that was in vain. refusal: what is raised without a try.

    after: so many waits in vain, with no answer between them, begin it.
    """

    def __init__(self, server: str, *, timeout: type[Exception], refusal: type[Exception], after: int = 1) -> None:
        self._server, self._timeout, self._refusal, self._after = server, timeout, refusal, after
        self._since: float | None = None
        self._in_vain = 0
        self._turn = threading.Lock()

    def begins(self) -> None:
        """A wait was in vain."""
        self._in_vain += 1
        if self._in_vain >= self._after:
            self._since = time.monotonic()

    def ends(self) -> None:
        """The server has answered someone."""
        self._in_vain, self._since = 0, None

    @contextmanager
    def observed(self) -> Iterator[None]:
        """For what asks the server. Raises the refusal where it is not to be asked now."""
        tries, silent = self._takes_turn(), False
        try:
            yield
        except self._timeout:
            silent = True
            raise
        finally:
            if silent:
                self.begins()
            else:
                self.ends()  # any other error is an answer
            if tries:
                self._turn.release()

    def _takes_turn(self) -> bool:
        """Whether this thread is the one that tries. Raises the refusal where another tries, or has tried, in vain."""
        if self._since is None:
            return False
        if not self._is_recent() and self._turn.acquire(timeout=TURN_SECONDS):
            if self._since is not None and not self._is_recent():
                return True
            self._turn.release()
        if self._since is None:
            return False
        raise self._refusal(f"{self._server} did not answer a moment ago: not asked again yet")

    def _is_recent(self) -> bool:
        since = self._since
        return since is not None and time.monotonic() - since < PAUSE_SECONDS
