"""The lab: what a chapter of Project Nexus imports.

lab = nexus.open("20-schema")
lab.sql("select 1")
"""

from nexus.charts import Chart
from nexus.concurrency import Load, load, race, wait
from nexus.errors import NexusError
from nexus.lab import Lab, Own, current, open

__all__ = ["Chart", "Lab", "Load", "NexusError", "Own", "current", "load", "open", "race", "wait"]
