"""For every test, of the code and of the chapters: servers of their own, up for the whole session."""

import os
import resource

import pytest

# Before nexus is imported anywhere: a test must never touch the servers of a lab that is open in this clone.
os.environ.setdefault("NEXUS_HOME", ".nexus/test")

from nexus import apt, chapters, services

OPEN_FILES = 1024  # what most systems give a process; a server where tests run often gives many times more


def pytest_configure() -> None:
    """Let a chapter that leaves its connections open fail here, and not first at a reader's. Servers inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if not 0 < soft <= OPEN_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, hard))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Hold the servers, so that they are not started and stopped again between two chapters."""
    if session.config.option.collectonly or hasattr(session.config, "workerinput"):
        return
    services.use(tuple(name for name in services.NAMES if name != "rabbitmq" or apt.rabbitmq_can_be_had()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, and say so, what needs a RabbitMQ that this machine does not have."""
    if apt.rabbitmq_can_be_had():
        return
    skip = pytest.mark.skip(reason="needs RabbitMQ: `nexus doctor` says how to get it")
    for item in items:
        if "rabbitmq" in (item.name if item.path.suffix == ".py" else chapters.needs(item.path)):
            item.add_marker(skip)
