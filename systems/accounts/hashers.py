"""How passwords are hashed. To be slow for a thief it costs time and memory, so no process does too much of it at once.

The numbers are those of OWASP's Password Storage Cheat Sheet for Argon2id. Django's own take five times the memory and
eight threads for each: forty who register at once took more than a gigabyte.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

from systems.core.errors import Overloaded

TIME_COST, MEMORY_KIB = 2, 19 * 1024
AT_ONCE = 4  # in one process, so 76 MiB
PATIENCE_SECONDS = 2
_turns = BoundedSemaphore(AT_ONCE)


class Argon2Hasher(Argon2PasswordHasher):
    """Raises Overloaded where so many hash already that no turn comes in time."""

    time_cost, memory_cost, parallelism = TIME_COST, MEMORY_KIB, 1

    def encode(self, password: str, salt: str) -> str:
        with _turn():
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with _turn():
            return bool(super().verify(password, encoded))


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE_SECONDS):
        raise Overloaded(f"{AT_ONCE} passwords are being hashed, and none was done in {PATIENCE_SECONDS} seconds")
    try:
        yield
    finally:
        _turns.release()
