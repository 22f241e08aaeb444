"""A limiter on a clock that the check turns."""

import uuid

import nexus
from nexus import Lab


class Clocked:
    """A limiter on a clock that the check turns, and whose guests are nobody else's."""

    def __init__(self, lab: Lab, limit: int, period: float) -> None:
        self.now, self.asked = 0.0, 0
        self._limiter = nexus.Limiter(lab.redis, limit, period)
        self._room = uuid.uuid4().hex

    def hit(self, key: str) -> nexus.Decision:
        self.asked += 1
        return self._limiter.hit(f"{self._room}:{key}", self.now)
