"""The hooks that a contributor may put before each commit use the clone's own tools, and nothing from elsewhere."""

import importlib.util

import pytest
import yaml

from nexus import paths

REPOSITORIES = yaml.safe_load((paths.ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
HOOKS = [hook for repository in REPOSITORIES for hook in repository["hooks"]]


def test_nothing_is_fetched() -> None:
    assert [repository["repo"] for repository in REPOSITORIES] == ["local"]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_is_a_module_of_the_clone(hook: dict[str, str]) -> None:
    python, option, module = hook["entry"].split()[:3]
    assert (hook["language"], python, option) == ("system", ".venv/bin/python", "-m")
    assert importlib.util.find_spec(module)
