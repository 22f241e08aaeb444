"""How tasks end and how long they take, counted by each process of a worker where `systems.metrics` reads it.

In files, which is prometheus_client's way for several processes: what a child has counted outlives it, and no server
that is down can hold up a task.
"""

import os
import shutil
import time
from pathlib import Path
from typing import Any

from celery.signals import task_postrun, task_prerun

OUTCOMES = {"SUCCESS": "succeeded", "RETRY": "retried", "FAILURE": "failed"}  # "failed": a dead letter from now on
BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300)  # seconds; the last is the time limit


def begin(folder: Path) -> None:
    """Count from nought, in a folder of this worker's own. Call it before the worker starts its children."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    from prometheus_client import Histogram  # which looks for the folder when it is imported

    seconds = Histogram(
        "systems_task_seconds",
        "Time that a task took, each attempt for itself.",
        ("task", "outcome"),  # few of either: a task that the worker does not know is not run
        buckets=BUCKETS,
        registry=None,
    )
    began: dict[str, float] = {}

    def start(task_id: str, **options: Any) -> None:
        began[task_id] = time.monotonic()

    def end(task_id: str, task: Any, state: str, **options: Any) -> None:
        outcome = OUTCOMES.get(state, "other")
        seconds.labels(task.name, outcome).observe(time.monotonic() - began.pop(task_id))

    task_prerun.connect(start, weak=False)
    task_postrun.connect(end, weak=False)
