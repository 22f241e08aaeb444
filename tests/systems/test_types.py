"""How much of the systems' code mypy knows the types of. That there is no error is `make test`'s first look."""

import subprocess
import sys
from pathlib import Path

import pytest

from nexus import paths

MOST_ANY = 10  # percent of all expressions


@pytest.mark.prove  # mypy reads all again for its report, which takes longer than to find errors
def test_few_expressions_have_the_type_any(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--any-exprs-report", str(tmp_path), "--cache-dir", str(tmp_path / "c")]
    done = subprocess.run([*command, "systems"], cwd=paths.ROOT, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stdout[-2000:]
    _, unknown, expressions, _ = (tmp_path / "any-exprs.txt").read_text(encoding="utf-8").splitlines()[-1].split()
    assert int(expressions) > 5_000
    assert 100 * int(unknown) / int(expressions) <= MOST_ANY
