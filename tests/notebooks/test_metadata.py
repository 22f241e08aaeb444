"""What a notebook says of itself, which other programs than ours read."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import ScriptExporter

from nexus.command import chapters


@pytest.mark.parametrize("chapter", chapters.stored(), ids=lambda path: path.stem)
def test_a_notebook_becomes_a_python_script(chapter: Path) -> None:
    notebook = nbformat.read(chapter, as_version=4)  # type: ignore[no-untyped-call]
    exporter: Any = ScriptExporter()  # type: ignore[no-untyped-call]
    _, resources = exporter.from_notebook_node(notebook)
    assert resources["output_extension"] == ".py"
