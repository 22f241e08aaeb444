"""The workflows are held by GitHub's schema, by zizmor, and by two rules of ours; each gate is also seen red.

No test needs a network: the schema ships with check-jsonschema, and zizmor runs offline.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.y*ml"))
ISSUE_CONFIG = GITHUB / "ISSUE_TEMPLATE" / "config.yml"
ISSUE_FORMS = sorted({*(GITHUB / "ISSUE_TEMPLATE").glob("*.yml")} - {ISSUE_CONFIG})

PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")

SOUND = """\
name: sound
on: pull_request
permissions:
  contents: read
concurrency:
  group: ${{ github.ref }}
  cancel-in-progress: true
jobs:
  test:
    name: Test
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@0123456789abcdef0123456789abcdef01234567 # v1.2.3
        with:
          persist-credentials: false
      - run: make test
"""
PIN = "actions/checkout@0123456789abcdef0123456789abcdef01234567 # v1.2.3"
PERMISSIONS = "permissions:\n  contents: read\n"


def zizmor(path: Path) -> subprocess.CompletedProcess[str]:
    # zizmor is a binary that its wheel puts beside the interpreter: `python -m zizmor` does not exist.
    tool = Path(sys.executable).with_name("zizmor")
    return run(tool, "--offline", "--no-progress", "--color=never", path)


def schema(*paths: Path, name: str = "github-workflows") -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{name}", *paths)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, timeout=60, check=False, encoding="utf-8")


def said(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout + done.stderr


def load(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def values_of(key: str, node: Any) -> Iterator[str]:
    """Every value under `key`, at whatever depth."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            else:
                yield from values_of(key, value)
    elif isinstance(node, list):
        for item in node:
            yield from values_of(key, item)


def unpinned(text: str) -> list[str]:
    """What `uses` names without a full commit SHA, or without the version as a comment for the reader."""
    lines = text.splitlines()
    return [
        action
        for action in values_of("uses", load(text)["jobs"])
        if not PINNED.fullmatch(action) or not all_commented(action, lines)
    ]


def all_commented(action: str, lines: list[str]) -> bool:
    version = re.compile(re.escape(action) + r"""["']?\s+# v\d+\.\d+\.\d+$""")
    return all(version.search(line) for line in lines if action in line)


def reads_only(text: str) -> bool:
    """Whether the workflow says at its top what its token may do, and that is to read."""
    permissions = load(text).get("permissions")
    return isinstance(permissions, dict) and set(permissions.values()) <= {"read", "none"}


def named(path: Path) -> str:
    return path.name


@pytest.fixture(params=WORKFLOWS, ids=named)
def workflow(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_there_are_workflows_to_look_at() -> None:
    assert "test.yml" in [path.name for path in WORKFLOWS]


def test_zizmor_finds_nothing() -> None:
    done = zizmor(GITHUB)
    assert done.returncode == 0, said(done)


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("github-workflows", WORKFLOWS),
        ("github-issue-forms", ISSUE_FORMS),
        ("github-issue-config", [ISSUE_CONFIG]),
        ("dependabot", [GITHUB / "dependabot.yml"]),
    ],
)
def test_the_schema_of_github_accepts_it(name: str, files: list[Path]) -> None:
    done = schema(*files, name=name)
    assert done.returncode == 0, said(done)


def test_every_action_is_pinned_by_commit_and_says_its_version(workflow: Path) -> None:
    assert unpinned(workflow.read_text(encoding="utf-8")) == []


def test_the_token_may_only_read(workflow: Path) -> None:
    assert reads_only(workflow.read_text(encoding="utf-8"))


def test_a_sound_workflow_passes_every_gate(tmp_path: Path) -> None:
    path = written(tmp_path, SOUND)
    for done in (zizmor(path), schema(path)):
        assert done.returncode == 0, said(done)
    assert unpinned(SOUND) == []
    assert reads_only(SOUND)


def test_each_gate_can_fail(tmp_path: Path) -> None:
    done = zizmor(written(tmp_path, broken("make test", "echo ${{ github.head_ref }}")))
    assert done.returncode != 0
    assert "[template-injection]" in said(done)
    done = schema(written(tmp_path, broken("runs-on", "run-on")))
    assert done.returncode != 0
    assert "Schema validation errors were encountered" in said(done)


@pytest.mark.parametrize(
    "wrong",
    [
        "x@v4",
        "actions/checkout@v4 # v4.0.0",
        "actions/checkout@0123456 # v1.2.3",
        PIN.partition(" #")[0],
        PIN.replace("# v1.2.3", "# main"),
    ],
)
def test_a_pin_without_commit_or_version_is_found(wrong: str) -> None:
    assert unpinned(broken(PIN, wrong)) == [wrong.partition(" #")[0]]


@pytest.mark.parametrize("wrong", ["", "permissions: write-all\n", "permissions:\n  contents: write\n"])
def test_permissions_that_are_missing_or_write_are_found(wrong: str) -> None:
    assert not reads_only(broken(PERMISSIONS, wrong))


def broken(right: str, wrong: str) -> str:
    """The sound workflow with one thing wrong, so that what a gate finds is that thing."""
    assert SOUND.count(right) == 1
    return SOUND.replace(right, wrong)


def written(folder: Path, text: str) -> Path:
    path = folder / "workflow.yml"
    path.write_text(text, encoding="utf-8")
    return path
