"""Every exercise of every chapter: its wrong answers fail with the hint meant for them, its chapter shows both ends."""

import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

import exercises
import nexus
from nexus import paths
from nexus.command import chapters
from nexus.exercises import Chapter, Exercise
from tests.exercises.answers import Answers

HERE = Path(__file__).parent
PACKAGES = [package.name for package in pkgutil.iter_modules(exercises.__path__)]
CHAPTERS: dict[str, Chapter] = {name: importlib.import_module(f"exercises.{name}").chapter for name in PACKAGES}
EXERCISES = [(package, name) for package, chapter in CHAPTERS.items() for name in chapter.exercises]


def answers_to(package: str, name: str) -> Answers:
    """The answers that are registered for an exercise, in the module of its name."""
    answers: Answers = importlib.import_module(f"tests.exercises.{package}.{module_of(name)}").answers
    return answers


def module_of(name: str) -> str:
    return name.replace("-", "_")


def has_answers(package: str, name: str) -> bool:
    return (HERE / package / f"{module_of(name)}.py").exists()


def about(package: str, *names: str) -> str:
    """How a test is called: by chapter, exercise and answer, so that `-k 21-indexes` finds all of a chapter's."""
    return "/".join([CHAPTERS[package].name, *names])


@pytest.fixture(scope="session", autouse=True)
def room_of_the_systems() -> None:
    """One process has one Django: where tests of the systems have set it up already, these find it on their room."""
    if "tests.systems.room" in sys.modules:
        sys.modules["tests.systems.room"].open_room()


EACH = pytest.mark.parametrize(
    ("package", "name"), [pytest.param(*one, id=about(*one)) for one in EXERCISES]
)  # fmt: skip
ANSWERED = {one: answers_to(*one) for one in EXERCISES if has_answers(*one)}
WRONG = [
    pytest.param(answers.exercise, *wrong, id=about(*one, name))
    for one, answers in ANSWERED.items()
    for name, wrong in answers.wrong_ones.items()
]
RIGHT = [
    pytest.param(answers.exercise, right, id=about(*one, name))
    for one, answers in ANSWERED.items()
    for name, right in answers.right_ones.items()
]


@pytest.fixture(scope="module")
def lab() -> Iterator[nexus.Lab]:
    lab = nexus.open(f"test-exercises-{os.environ.get('PYTEST_XDIST_WORKER', '')}")  # a room for each worker
    yield lab
    lab.close()


def test_chapters_and_exercises_belong_to_each_other() -> None:
    in_chapters = {path.stem: list(chapters.exercises_of(path)) for path in chapters.stored()}
    in_packages = {chapter.name: list(chapter.exercises) for chapter in CHAPTERS.values()}
    assert in_chapters == in_packages  # in the same order, too
    assert all(in_chapters.values())


@EACH
def test_an_exercise_has_a_module_of_its_own(package: str, name: str) -> None:
    module = importlib.import_module(f"exercises.{package}.{module_of(name)}")
    assert getattr(module, module_of(name)) is CHAPTERS[package].exercises[name]


@EACH
def test_an_exercise_has_at_least_two_wrong_answers(package: str, name: str) -> None:
    assert has_answers(package, name), f"tests/exercises/{package}/{module_of(name)}.py is missing"
    answers = ANSWERED[package, name]
    assert answers.exercise is CHAPTERS[package].exercises[name]
    assert len(answers.wrong_ones) >= 2


@pytest.mark.parametrize("package", PACKAGES, ids=about)
def test_every_module_of_answers_has_an_exercise(package: str) -> None:
    modules = {path.stem for path in (HERE / package).glob("*.py")}
    assert modules == {module_of(name) for name in CHAPTERS[package].exercises}


@pytest.mark.parametrize(("exercise", "answer", "hint"), WRONG)
def test_a_wrong_answer_fails_with_the_hint_meant_for_it(
    lab: nexus.Lab, exercise: Exercise, answer: Any, hint: str
) -> None:
    verdict = exercise.verdict(lab, answer)
    first = next(finding for finding in verdict.findings if not finding.passed)
    assert hint in first.hint, f"{exercise.name}: the first hint was {first.hint!r}"


@pytest.mark.parametrize(("exercise", "answer"), RIGHT)
def test_another_right_answer_passes(lab: nexus.Lab, exercise: Exercise, answer: Any) -> None:
    verdict = exercise.verdict(lab, answer)
    assert verdict.passed, verdict


@EACH
def test_the_stub_fails_and_the_solution_passes(package: str, name: str) -> None:
    # nbval runs these cells and compares strictly; here it is enough to read what they printed.
    stub, solution = shown(CHAPTERS[package].name, name)
    assert stub.startswith(f"✗ {name}")
    assert solution == f"✓ {name}: the chapter's solution holds"


def shown(chapter: str, exercise: str) -> tuple[str, str]:
    """The stored outputs of the cells that check the stub and the solution."""
    notebook = nbformat.read(paths.NOTEBOOKS / f"{chapter}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and f'check("{exercise}"' in cell.source]
    stub, solution = sorted(cells, key=lambda cell: "solution=True" in cell.source)
    return text(stub), text(solution)


def text(cell: Any) -> str:
    return str(cell.outputs[-1].data["text/plain"])
