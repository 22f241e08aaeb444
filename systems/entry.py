"""What every way into the systems does first: choose these settings, and look whether they are right."""

import os
import sys
from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

SERVER_EXIT = 3  # gunicorn and uvicorn take it for "does not start", where they would try again after another
T = TypeVar("T")


def enter(begin: Callable[[], T], *, exit_code: int = 1) -> T:
    """What `begin` returns. Settings that are wrong end the program, with a line for each on standard error."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "systems.settings"  # whatever another project has exported
    try:
        return begin()
    except ImproperlyConfigured as error:
        for line in str(error).splitlines():
            print(f"systems: {line}", file=sys.stderr)  # noqa: T201 - nothing is there to log with
        sys.exit(exit_code)
