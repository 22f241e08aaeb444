"""The settings: from the environment, safe where nothing is said, and an error in a line where a secret is missing."""

import os
import secrets
import subprocess
import sys

import pytest

from nexus import paths

SET = {
    "SECRET_KEY": secrets.token_hex(32),
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def manage(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "systems.manage", *command],
        cwd=paths.ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_not_set_is_safe() -> None:
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **SET)
    assert checked.returncode == 0, checked.stderr


def test_check_deploy_would_find_what_is_not_safe() -> None:
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **SET, HTTPS="false", DEBUG="true")
    assert checked.returncode == 1
    assert "security.W018" in checked.stderr


@pytest.mark.parametrize("name", SET)
def test_what_has_no_safe_value_must_be_set(name: str) -> None:
    checked = manage("check", **{key: value for key, value in SET.items() if key != name})
    assert checked.returncode == 1
    assert checked.stderr.strip() == f"systems: Set the {name} environment variable"


def test_no_migration_is_missing() -> None:
    asked = manage("makemigrations", "--check", "--dry-run", **SET)
    assert "No changes detected" in asked.stdout, asked.stdout + asked.stderr
