"""The lab: what a chapter of Project Nexus imports.

    lab = nexus.open("20-schema")
    lab.sql("select 1")

Names are imported when they are first used: the command line and the keeper processes need neither SQLAlchemy nor
matplotlib, which take most of a second to load.
"""

import importlib
from typing import TYPE_CHECKING, Any

from nexus import environment, interrupts

environment.settle()

if TYPE_CHECKING:
    from nexus.background import Worker as Worker
    from nexus.background import worker as worker
    from nexus.cache import Cache as Cache
    from nexus.charts import Chart as Chart
    from nexus.concurrency import Load as Load
    from nexus.concurrency import load as load
    from nexus.concurrency import race as race
    from nexus.concurrency import until as until
    from nexus.concurrency import wait as wait
    from nexus.errors import NexusError as NexusError
    from nexus.lab import Lab as Lab
    from nexus.lab import Own as Own
    from nexus.lab import current as current
    from nexus.lab import open as open
    from nexus.limiter import Decision as Decision
    from nexus.limiter import Limiter as Limiter
    from nexus.lossy_proxy import LossyProxy as LossyProxy
    from nexus.serving import Served as Served
    from nexus.serving import serve as serve
    from nexus.tables import Table as Table

_HOMES = {
    "nexus.background": ("Worker", "worker"),
    "nexus.cache": ("Cache",),
    "nexus.charts": ("Chart",),
    "nexus.concurrency": ("Load", "load", "race", "until", "wait"),
    "nexus.errors": ("NexusError",),
    "nexus.lab": ("Lab", "Own", "current", "open"),
    "nexus.limiter": ("Decision", "Limiter"),
    "nexus.lossy_proxy": ("LossyProxy",),
    "nexus.serving": ("Served", "serve"),
    "nexus.tables": ("Table",),
}
__all__ = [name for names in _HOMES.values() for name in names]


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            with interrupts.held_back():  # half an import would last until the kernel is restarted
                return getattr(importlib.import_module(module), name)
    raise AttributeError(f"module 'nexus' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
