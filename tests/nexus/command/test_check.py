"""`make check`: which chapters a name means, which files are theirs, and how a failure is shown."""

import subprocess
from pathlib import Path

import pytest

from nexus import NexusError, paths
from nexus.command import chapters, check
from nexus.command.check import Step

SCHEMA = paths.NOTEBOOKS / "20-schema.ipynb"


def names(*wanted: str) -> list[str]:
    return [path.stem.partition("-")[0] for path in check.named(wanted)]


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        (["20"], ["20"]),
        (["20-schema"], ["20"]),
        (["2"], ["20", "20b", "21", "21b", "22", "22b", "22c"]),
        (["22b", "20", "20"], ["20", "22b"]),
        (["template"], ["template"]),
    ],
)
def test_a_number_a_name_and_a_prefix_mean_chapters(wanted: list[str], meant: list[str]) -> None:
    assert names(*wanted) == meant


@pytest.mark.parametrize(("wrong", "near"), [("schemas", "20-schema"), ("20-shema", "20-schema"), ("indexs", "21-ind")])
def test_a_mistyped_chapter_is_answered_with_the_nearest(wrong: str, near: str) -> None:
    with pytest.raises(NexusError, match=rf"^no chapter '{wrong}': did you mean .*{near}.*\?$"):
        names(wrong)


def test_a_chapter_of_no_near_name_is_answered_with_all() -> None:
    with pytest.raises(NexusError, match=r"^no chapter '99': the chapters are 00-start-here, .*template$"):
        names("99")


@pytest.mark.parametrize("chapter", chapters.stored(), ids=lambda path: path.stem)
def test_a_chapter_has_a_notebook_exercises_and_mutations(chapter: Path) -> None:
    folders = {str(path.relative_to(paths.ROOT)).split("/")[0] for path in check.files_of(chapter)}
    assert folders == {"notebooks", "exercises", "tests"}


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with a branch beside main, on which nothing changed yet."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "one.py").touch()
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    git(tmp_path, "switch", "-q", "-c", "mine")
    return tmp_path


def git(clone: Path, *arguments: str) -> None:
    as_somebody = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", clone, *as_somebody, *arguments], check=True)


def commit(clone: Path) -> None:
    git(clone, "add", ".")
    git(clone, "commit", "-q", "-m", "more")


def test_what_changed_is_what_main_does_not_have(clone: Path) -> None:
    assert check.changed() == []
    (clone / "committed.py").touch()
    commit(clone)
    (clone / "one.py").write_text("1\n", encoding="utf-8")
    (clone / "new.ipynb").touch()
    (clone / "notes.txt").touch()
    assert [path.name for path in check.changed()] == ["committed.py", "new.ipynb", "one.py"]


def test_without_a_change_or_a_main_a_name_is_asked_for(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NexusError, match="nothing changed against main: name a chapter"):
        check.check([])
    git(clone, "branch", "-q", "-m", "main", "trunk")
    with pytest.raises(NexusError, match="git knows no branch main to compare with: name a chapter"):
        check.check([])


def test_a_check_has_all_six_steps() -> None:
    steps = {step.name: " ".join(step.arguments) for step in check.planned([SCHEMA], check.files_of(SCHEMA), "", 2)}
    assert steps.keys() == {"cells", "exercises", "types", "rules", "lint", "format"}
    assert steps["cells"].endswith("--nbval notebooks/20-schema.ipynb")
    assert "-k 20-schema tests/exercises" in steps["exercises"]
    assert "notebooks/20-schema.ipynb" in steps["lint"]


def test_an_expression_narrows_the_check_to_the_tests_it_names() -> None:
    steps = {step.name: step.arguments for step in check.planned([SCHEMA], [SCHEMA], "cancel or delete", 2)}
    assert steps.keys() == {"exercises", "rules"}
    assert "(20-schema) and (cancel or delete)" in steps["exercises"]


def test_a_failing_step_is_shown_with_its_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [Step("right", ("json.tool", "--help")), Step("wrong", ("json.tool", "no-such-file"))]
    monkeypatch.setattr(check, "planned", lambda *_: steps)
    assert not check.check(["20"])
    said = capsys.readouterr().out
    assert "✓ right: checked" in said
    assert "✗ wrong: python -m json.tool no-such-file" in said
    assert "No such file or directory" in said
