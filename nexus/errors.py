"""The one exception that the lab raises for a learner to read."""


class NexusError(Exception):
    """What is wrong, where, and what to do, in one line."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception how it wants to be shown: a learner's slip needs its line, not our stack.
        return [f"nexus: {self}"]


class ServiceError(NexusError):
    """A server could not be found, started or stopped."""
