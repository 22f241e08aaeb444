"""Run a chapter and store its outputs. What did not change is stored as it was, so a difference is a changed claim."""

import copy
import hashlib
import os
import platform
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from nexus import environment
from nexus.errors import NexusError
from nexus.services.jupyter import adopt_own_folders, own_folders

CELL_SECONDS = 120
# The version of the Python that happened to run a chapter would otherwise change with each contributor.
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
# By it other programs know what a cell is: nbconvert writes a .py, and GitHub colours it.
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"}
# How a cell is folded in JupyterLab, and what its button says in the book, by the tag that asks for it.
FOLDS: dict[str, dict[str, dict[str, Any]]] = {
    "hide-output": {
        "mystnb": {
            "code_prompt_hide": "Hide what the check says",
            "code_prompt_show": "Show what the check says",
        },
    },
    "solution": {
        "jupyter": {"outputs_hidden": True, "source_hidden": True},
        "mystnb": {"code_prompt_hide": "Hide the solution", "code_prompt_show": "Show a solution"},
    },
}


def run(chapter: Path, redraw: bool = False) -> None:
    """Execute a chapter from top to bottom and store its outputs. Raises NexusError where a cell fails.

    redraw: store the figures of this run, also those that would stay as they are.
    """
    stored = read(chapter)
    notebook = copy.deepcopy(stored)
    try:
        _execute(notebook, chapter.parent)
    except Exception as error:  # nbclient's own, and whatever a dead kernel raises
        raise NexusError(f"{chapter.stem} did not run through; nothing was stored: {error}") from error
    _tidy(notebook)
    if not redraw:
        _keep_figures(notebook, stored)
    notebook.metadata.setdefault("nexus", {})["drawn"] = drawn(notebook)
    if notebook != stored:
        # The scoreboard of the book says when and where the outputs were stored.
        notebook.metadata["nexus"] |= {"machine": _machine(), "stored": date.today().isoformat()}
        write(notebook, chapter)


def fix(chapter: Path) -> bool:
    """Write a stored chapter's metadata from its tags. Returns whether it was not so before."""
    notebook = read(chapter)
    before = copy.deepcopy(notebook)
    _tidy(notebook)
    if changed := notebook != before:
        write(notebook, chapter)
    return bool(changed)


def metadata(tags: list[str]) -> dict[str, Any]:
    """All metadata of a cell with these tags."""
    folds: dict[str, Any] = {}
    for tag in tags:
        folds |= FOLDS.get(tag, {})
    return {**folds, "tags": tags} if tags else {}


def read(chapter: Path) -> Any:
    return nbformat.read(chapter, as_version=4)  # type: ignore[no-untyped-call]


def write(notebook: Any, chapter: Path) -> None:
    nbformat.write(notebook, chapter)  # type: ignore[no-untyped-call]


def drawn(notebook: Any) -> dict[str, str]:
    """For each cell whose output is not compared, such as a figure of times: a digest of all code down to it."""
    code, found = hashlib.sha256(), {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            code.update(f"{cell.source}\0".encode())
            if "nbval-ignore-output" in cell.metadata.get("tags", []):
                found[cell.id] = code.hexdigest()[:8]
    return found


def _execute(notebook: Any, folder: Path) -> None:
    adopt_own_folders()
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=ERROR"],  # no warning about traffic that stays on this machine
    )
    client.execute(env=environment.for_python(**own_folders()))


def _tidy(notebook: Any) -> None:
    """Leave no metadata but what the chapter's tags ask for, and when its outputs were stored."""
    kept = {name: value for name, value in notebook.metadata.items() if name == "nexus"}
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": LANGUAGE, **kept})  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(metadata(cell.metadata.get("tags", [])))  # type: ignore[no-untyped-call]


def _keep_figures(notebook: Any, stored: Any) -> None:
    """Leave what the same code drew before: it differs from run to run, and says the same."""
    before = stored.metadata.get("nexus", {}).get("drawn", {})
    same = {name for name, digest in drawn(notebook).items() if before.get(name) == digest}
    outputs = {cell.id: cell.outputs for cell in stored.cells if cell.id in same}
    for cell in notebook.cells:
        if cell.id in same:
            cell.outputs = outputs[cell.id]


def _machine() -> str:
    """What this machine is, in the words of the scoreboard."""
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
