"""The one exception that the lab raises for a learner to read."""

import re


class NexusError(Exception):
    """What is wrong, where, and what to do, in one line."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception how it wants to be shown: a learner's slip needs its line, not our stack.
        return [f"nexus: {self}"]


class ServiceError(NexusError):
    """A server could not be found, started or stopped."""


def reason(error: BaseException) -> str:
    """A driver's error in one line, without the user and password of a URL that it may repeat."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return re.sub(r"//\S*@", "//", lines[0])
