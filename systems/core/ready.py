"""A process without a port says by a file that it works."""

from pathlib import Path

from django.conf import settings


def say_ready() -> None:
    """Make the file that READY_FILE names, for the one who has started this process and waits for it."""
    if settings.READY_FILE:
        Path(settings.READY_FILE).touch()
