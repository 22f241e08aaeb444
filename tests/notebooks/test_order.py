"""Chapters in any order, twice, and beside each other: the stored outputs are the same."""

import subprocess
import sys

import pytest

from nexus import paths
from nexus.command import chapters

pytestmark = [pytest.mark.prove, pytest.mark.timeout(2400)]


@pytest.mark.parametrize("beside", [[], ["-n", "2", "--dist", "loadscope"]], ids=["one by one", "two at once"])
def test_chapters_run_in_reverse_order_and_again_at_once(beside: list[str]) -> None:
    backwards = [str(path) for path in reversed(chapters.stored())]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *beside, "--nbval", *backwards]
    for _ in range(2):
        run = subprocess.run(command, cwd=paths.ROOT, capture_output=True, check=False, encoding="utf-8")
        assert run.returncode == 0, run.stdout[-5000:]
