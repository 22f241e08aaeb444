"""What the command line shows while it works: one line a step, what it does and how long it took."""

import io
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

# A path may hold [brackets], and a command that is broken over two lines cannot be copied.
console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
# A terminal that has no ✓ shows a question mark in its place.
for stream in (sys.stdout, sys.stderr):
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")


DONE = {
    "starting": "started",
    "stopping": "stopped",
    "executing": "executed",
    "checking": "checked",
    "downloading with apt": "downloaded",
}


class Steps:
    """Steps under way side by side. Live on a terminal; elsewhere a line when each is done.

    with Steps() as steps:
        with steps("postgres", "starting"):
            ...
    """

    def __init__(self) -> None:
        columns = (
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description:<34}"),
            TimeElapsedColumn(),
        )
        self._live = Progress(*columns, console=console, transient=True) if console.is_terminal else None

    def __enter__(self) -> "Steps":
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    @contextmanager
    def __call__(self, name: str, what: str) -> Iterator[None]:
        began = time.monotonic()
        task = self._live.add_task(f"{name}: {what}", total=1) if self._live else None
        mark = "✗"
        try:
            yield
            mark = "✓"
        finally:
            if self._live and task is not None:
                self._live.remove_task(task)
            title = f"{name}: {DONE.get(what, what) if mark == '✓' else what}"
            console.print(f"{mark} {title:<34} {time.monotonic() - began:5.1f} s")
