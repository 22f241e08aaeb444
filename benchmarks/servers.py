"""Servers for one measurement, gone after it however it ends, and what a reader must know of the machine."""

import importlib.metadata
import os
import platform
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from nexus.services import Home, Service, kinds

# Writing to disk in the middle of a round is noise, and it would hit the contender whose turn it is.
SETTINGS = {"redis": {"save": '""'}}


@contextmanager
def throw_away(*names: str) -> Iterator[dict[str, Service]]:
    """The named servers in an empty folder. A keeper deletes them if this process dies."""
    home = Home(Path(tempfile.mkdtemp(prefix="nexus-bench-")), throw_away=True)
    home.hold()
    try:
        yield home.start([home.server(name, SETTINGS.get(name)) for name in names])
    finally:
        home.remove()
        home.release()


def own_process(initializer: Any = None, *arguments: Any) -> ProcessPoolExecutor:
    """A fresh process to submit calls to: Django is set up once a process, and some packages change it for good."""
    return ProcessPoolExecutor(1, get_context("spawn"), initializer, arguments)


def facts(services: dict[str, Service], packages: tuple[str, ...]) -> dict[str, Any]:
    """The machine, the servers and the packages of a run. Times mean nothing without them."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "machine": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "servers": [kinds()[name].version(service) for name, service in services.items()],
        "packages": {name: importlib.metadata.version(name) for name in packages},
    }
