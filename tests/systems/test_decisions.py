"""The records of systems/DECISIONS.md: of one form, and about files, packages and records that there are."""

import re
import tomllib

import pytest

from nexus import paths

FILE = paths.ROOT / "systems" / "DECISIONS.md"
RECORDS = {
    title: re.sub(r"\n {2}", " ", body).strip()
    for title, _, body in (part.partition("\n") for part in FILE.read_text(encoding="utf-8").split("\n## ")[1:])
}
PARTS = ["Ours", "Looked at", "Seen", "Why", "We change when"]
WITH_RELEASE = r"`([\w-]+)`(?: (\d[\d.]*) \((\d{4}-\d{2})\))?"
GROUPS = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
REQUIRED = {re.split(r"[^\w-]", requirement)[0] for group in GROUPS.values() for requirement in group}

each_record = pytest.mark.parametrize("title", RECORDS)


@each_record
def test_a_record_has_its_five_parts_and_is_short(title: str) -> None:
    assert re.findall(r"^- \*\*(.+?)\*\*: ", RECORDS[title], re.MULTILINE) == PARTS
    assert len(RECORDS[title].splitlines()) == len(PARTS)
    assert len(RECORDS[title]) < 1_600


@each_record
def test_each_file_that_a_record_names_is_there(title: str) -> None:
    named = re.findall(r"`([\w./-]+(?:/|\.(?:py|md|toml|json|ts)))`", RECORDS[title])
    assert named
    assert [name for name in named if not (paths.ROOT / name).exists()] == []


@each_record
def test_a_package_was_tried_at_a_version(title: str) -> None:
    looked_at = RECORDS[title].splitlines()[1]
    packages = re.findall(WITH_RELEASE, looked_at)
    assert packages
    assert [name for name, version, _ in packages if not version] == []
    assert [name for name in re.findall(rf"{WITH_RELEASE}, which is used", looked_at) if name[0] not in REQUIRED] == []


def test_a_module_that_names_a_record_names_one_that_exists() -> None:
    modules = [*(paths.ROOT / "systems").rglob("*.py"), paths.ROOT / "tests" / "systems" / "contract.py"]
    text = "\n".join(module.read_text(encoding="utf-8") for module in modules)
    named = re.findall(r'"([^"\n]+)"\s+in\s+(?:systems/)?DECISIONS\.md', text)
    assert len(named) == text.count("DECISIONS.md") >= 10
    assert set(named) <= set(RECORDS)
