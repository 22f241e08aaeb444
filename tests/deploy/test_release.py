"""A release has one version, written once, and a section of the changelog that says what it holds."""

import re
import tomllib

from nexus import paths
from tests.nexus.command.command_line import nexus

CHANGELOG = (paths.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## (.+)$", CHANGELOG, re.MULTILINE)
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")  # of Keep a Changelog
VERSION = str(tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def test_the_newest_section_is_that_of_the_version() -> None:
    unreleased, newest, *_ = SECTIONS
    assert unreleased == "Unreleased"
    assert newest.split(" - ")[0] == VERSION


def test_each_release_has_a_version_and_a_day() -> None:
    assert [name for name in SECTIONS[1:] if not re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", name)] == []


def test_changes_are_of_the_usual_kinds() -> None:
    assert set(re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE)) <= set(KINDS)


def test_the_command_says_the_version() -> None:
    assert nexus("--version").output == f"nexus {VERSION}\n"
