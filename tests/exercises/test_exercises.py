"""Every exercise of every chapter: its wrong answers fail with the hint meant for them, its chapter shows both ends."""

import importlib
import os
import pkgutil
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest

import exercises
import nexus
from nexus import chapters, paths
from nexus.exercises import Chapter, Exercise

MODULES = [importlib.import_module(f"exercises.{module.name}") for module in pkgutil.iter_modules(exercises.__path__)]
CHAPTERS: list[Chapter] = [module.chapter for module in MODULES]
EXERCISES = [(chapter, exercise) for chapter in CHAPTERS for exercise in chapter.exercises.values()]
WRONG = [(chapter, exercise, *wrong) for chapter, exercise in EXERCISES for wrong in exercise.wrong_answers]
RIGHT = [(exercise, answer) for _, exercise in EXERCISES for answer in exercise.right_answers]


@pytest.fixture(scope="module")
def lab() -> Iterator[nexus.Lab]:
    lab = nexus.open(f"test-exercises-{os.environ.get('PYTEST_XDIST_WORKER', '')}")  # a room for each worker
    yield lab
    lab.close()


def test_every_chapter_has_exercises_and_every_exercise_a_chapter() -> None:
    in_chapters = {path.stem: set(chapters.exercises_of(path)) for path in chapters.stored()}
    in_modules = {chapter.name: set(chapter.exercises) for chapter in CHAPTERS}
    assert in_chapters == in_modules
    assert all(in_chapters.values())


@pytest.mark.parametrize(("chapter", "exercise"), EXERCISES, ids=lambda value: value.name)
def test_an_exercise_has_at_least_two_wrong_answers(chapter: Chapter, exercise: Exercise) -> None:
    assert len(exercise.wrong_answers) >= 2


@pytest.mark.parametrize(
    ("chapter", "exercise", "answer", "hint"), WRONG, ids=lambda value: getattr(value, "__name__", None)
)
def test_a_wrong_answer_fails_with_the_hint_meant_for_it(
    lab: nexus.Lab, chapter: Chapter, exercise: Exercise, answer: Any, hint: str
) -> None:
    verdict = exercise.verdict(lab, answer)
    first = next(finding for finding in verdict.findings if not finding.passed)
    assert hint in first.hint, f"{exercise.name}: the first hint was {first.hint!r}"


@pytest.mark.parametrize(("exercise", "answer"), RIGHT, ids=lambda value: getattr(value, "name", None))
def test_another_right_answer_passes(lab: nexus.Lab, exercise: Exercise, answer: Any) -> None:
    verdict = exercise.verdict(lab, answer)
    assert verdict.passed, verdict


@pytest.mark.parametrize(("chapter", "exercise"), EXERCISES, ids=lambda value: value.name)
def test_the_chapter_shows_its_stub_failing_and_its_solution_passing(chapter: Chapter, exercise: Exercise) -> None:
    # nbval runs these cells and compares strictly; here it is enough to read what they printed.
    stub, solution = shown(chapter.name, exercise.name)
    assert stub.startswith(f"✗ {exercise.name}")
    assert solution.startswith(f"✓ {exercise.name}")


def shown(chapter: str, exercise: str) -> tuple[str, str]:
    """The stored outputs of the cells that check the stub and the solution."""
    notebook = nbformat.read(paths.NOTEBOOKS / f"{chapter}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and f'check("{exercise}"' in cell.source]
    stub, solution = sorted(cells, key=lambda cell: "solution=True" in cell.source)
    return text(stub), text(solution)


def text(cell: Any) -> str:
    return str(cell.outputs[-1].data["text/plain"])
