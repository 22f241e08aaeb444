"""For every test, of the code and of the chapters: servers of their own, which the first test that needs one starts."""

import os
import resource
import sys
from typing import Any

import pytest

# Before nexus is imported anywhere: a test must never touch the servers of a lab that is open in this clone.
os.environ.setdefault("NEXUS_HOME", ".nexus/test")

# What only some tests use is imported in them, here and below: it takes more time than most tests do. nbval alone
# takes a second, so pyproject.toml turns it off, and here it is on again for those who run chapters.
if "PYTEST_XDIST_WORKER" in os.environ or any(argument.startswith("--nbval") for argument in sys.argv):
    pytest_plugins = ["nbval.plugin"]


def pytest_configure(config: pytest.Config) -> None:
    """Let a chapter that leaves its connections open fail here, and not first at a reader's. Servers inherit it.

    And let nbval's kernels read no settings of a home folder.
    """
    if config.getoption("nbval", default=False):
        from nexus.services.jupyter import adopt_own_folders

        adopt_own_folders()
    from nexus.environment import OPEN_FILES  # a server where tests run often gives many times more

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if not 0 < soft <= OPEN_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, hard))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each file to one process, so that what its tests share is made once; and all tests of the book together."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
        def _split_scope(self, nodeid: str) -> str:
            return "tests/book" if nodeid.startswith("tests/book/") else nodeid.partition("::")[0]

    config.option.loadscopereorder = False  # it would put files of few tests, among them the slowest, at the end
    return ByFile(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Keep the servers that a chapter's kernel starts, so that the next chapter finds them. Tests keep their own."""
    if item.path.suffix == ".ipynb":
        from nexus import services

        services.home().hold()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, and say so, what needs a RabbitMQ that this machine does not have."""
    needing = [item for item in items if _needs_rabbitmq(item)]
    if not needing:
        return

    from nexus.services import apt

    if not apt.rabbitmq_can_be_had():
        skip = pytest.mark.skip(reason="needs RabbitMQ: `nexus doctor` says how to get it")
        for item in needing:
            item.add_marker(skip)


def _needs_rabbitmq(item: pytest.Item) -> bool:
    if item.path.suffix == ".py":
        return "rabbitmq" in item.name

    from nexus.command import chapters

    return "rabbitmq" in chapters.needs(item.path)
