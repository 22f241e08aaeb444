"""Mutations of a chapter: changes to its cells, and the run that has to fail for each."""

import copy
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nexus import paths, services
from nexus.command import execution


@dataclass(frozen=True)
class Change:
    """In the one code cell that holds `old`, it becomes `new`: from then on the chapter claims what isn't so."""

    why: str
    old: str
    new: str

    def __str__(self) -> str:
        return self.why


def read(chapter: Path) -> Any:
    """The notebook, to be changed: a copy of its own."""
    return copy.deepcopy(_stored(chapter))


@cache  # each of a hundred changes reads one
def _stored(chapter: Path) -> Any:
    return execution.read(chapter)


def code_cells(notebook: Any) -> list[Any]:
    """The code cells in their order, which is how nbval numbers them."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def changed(chapter: Path, change: Change) -> tuple[Any, int]:
    """The notebook with the change made, and the number of the changed code cell."""
    notebook = read(chapter)
    found = [(number, cell) for number, cell in enumerate(code_cells(notebook)) if change.old in cell.source]
    assert len(found) == 1, f"{len(found)} code cells hold {change.old!r}; it must be one"
    number, cell = found[0]
    cell.source = cell.source.replace(change.old, change.new)
    return notebook, number


def failing_cells(notebook: Any, chapter: Path, folder: Path, *options: str) -> list[int]:
    """The numbers of the code cells that fail under nbval; of the first alone with the option "-x".

    The run has a room of its own, beside the chapter's and those of other workers.
    """
    services.home().hold()  # or each run would start the servers again
    room = f"mutated-{os.environ.get('PYTEST_XDIST_WORKER', '')}{chapter.stem}"
    for cell in code_cells(notebook):
        cell.source = cell.source.replace(f'nexus.open("{chapter.stem}"', f'nexus.open("{room}"')
    place = folder / chapter.name
    execution.write(notebook, place)
    command = [sys.executable, "-m", "pytest", "-q", "-rf", "-p", "no:cacheprovider", *options, "--nbval", str(place)]
    run = subprocess.run(command, cwd=paths.ROOT, capture_output=True, encoding="utf-8", check=False)
    assert run.returncode in (0, 1), run.stdout + run.stderr
    return [int(number) for number in re.findall(r"^FAILED .*::Cell (\d+)", run.stdout, re.MULTILINE)]
