"""What the tests of the benchmark share."""

import json
from typing import Any

import pytest

from benchmarks.__main__ import STORED


@pytest.fixture
def stored() -> dict[str, Any]:
    """The results of all parts, as the last measurement left them."""
    found: dict[str, Any] = json.loads(STORED.read_text(encoding="utf-8"))
    return found
