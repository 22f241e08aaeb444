"""What a check says of an answer, and what it remembers. The exercises themselves: tests/exercises."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from nexus import Lab, NexusError
from nexus.exercises import (
    Chapter,
    Finding,
    Verdict,
    accepts,
    attempt,
    exercise,
    ids_of,
    in_threads,
    run,
    said,
    scratch,
    unless_failed,
)
from nexus.progress import remember, solved

DOUBLED = Finding("two is doubled", expected=4, happened=4, hint="never seen")
NOT_DOUBLED = Finding("three is doubled", expected=6, happened=3, hint="add it to itself")


@pytest.fixture
def chapter(open_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Chapter:
    """A chapter with one exercise, opened, and with a memory of its own."""
    open_lab(needs=("redis",))
    monkeypatch.setattr("nexus.paths.WORK", tmp_path)
    return Chapter("10-python", double)


@exercise("double")
def double(lab: Lab, answer: Any) -> Iterator[Finding]:
    yield Finding("two is doubled", expected=4, happened=answer(2), hint="add it to itself")
    yield Finding("three is doubled", expected=6, happened=answer(3), hint="not only for two")


class Unspeakable:
    """Something that an answer might return, of which not even the text can be had."""

    def __repr__(self) -> str:
        raise RuntimeError("no text")


class Incomparable:
    """As SQLAlchemy's expressions and numpy's arrays are: what == gives of them is neither true nor false."""

    def __eq__(self, other: object) -> Any:
        return self

    def __bool__(self) -> bool:
        raise TypeError("neither true nor false")


def test_a_finding_that_passed_says_only_what_it_was() -> None:
    assert str(DOUBLED) == "  ✓ two is doubled"


def test_a_failed_finding_says_expected_happened_and_hint() -> None:
    assert str(NOT_DOUBLED).splitlines() == [
        "  ✗ three is doubled",
        "      expected: 6",
        "      happened: 3",
        "      hint: add it to itself",
    ]


def test_a_verdict_is_headed_by_whether_the_exercise_is_solved() -> None:
    assert repr(Verdict("double", (DOUBLED,))) == "✓ double: solved\n  ✓ two is doubled"
    verdict = Verdict("double", (DOUBLED, NOT_DOUBLED))
    assert not verdict.passed
    assert repr(verdict).startswith("✗ double: not yet\n  ✓ two is doubled\n  ✗ three is doubled\n")


def test_a_solution_that_passes_says_one_line() -> None:
    assert repr(Verdict("double", (DOUBLED,), solution=True)) == "✓ double: the chapter's solution holds"


def test_a_solution_that_fails_says_what_it_found() -> None:
    verdict = Verdict("double", (DOUBLED, NOT_DOUBLED), solution=True)
    assert repr(verdict).startswith("✗ double: not yet\n  ✓ two is doubled\n  ✗ three is doubled\n")


def test_a_right_answer_is_solved_and_a_wrong_one_gets_its_hint(chapter: Chapter) -> None:
    assert chapter.check("double", lambda number: number * 2).passed
    wrong = chapter.check("double", lambda number: 4)
    assert [finding.hint for finding in wrong.findings if not finding.passed] == ["not only for two"]


@pytest.mark.parametrize(
    "answer", [None, 4, lambda: 4, lambda number: 1 // 0], ids=["none", "number", "arity", "error"]
)
def test_an_answer_that_cannot_be_tried_is_a_finding(chapter: Chapter, answer: Any) -> None:
    (finding,) = chapter.check("double", answer).findings
    assert finding.what == "the answer can be tried"
    assert finding.happened.partition(":")[0] in ("TypeError", "ZeroDivisionError")
    assert ("run your function by itself" in finding.hint) == callable(answer)


def test_what_was_found_before_an_answer_raised_is_kept(chapter: Chapter) -> None:
    answers = {2: 4}
    first, second = chapter.check("double", lambda number: answers[number]).findings
    assert first.passed
    assert second.happened == "KeyError: 3"


@pytest.mark.parametrize("returned", [Unspeakable(), Incomparable()], ids=["unspeakable", "incomparable"])
def test_an_answer_that_returns_something_strange_is_a_finding(chapter: Chapter, returned: object) -> None:
    verdict = chapter.check("double", lambda number: returned)
    assert not verdict.passed
    assert "the answer can be tried" in repr(verdict)


def test_an_attempt_gives_the_result_or_says_what_was_raised() -> None:
    assert attempt(divmod, 7, 2) == (3, 1)
    assert attempt(divmod, 7, 0).startswith("ZeroDivisionError: ")


def test_a_solved_exercise_is_remembered(chapter: Chapter, tmp_path: Path) -> None:
    assert solved() == {}
    chapter.check("double", lambda number: number * 2)
    assert solved() == {"10-python": ["double"]}
    assert json.loads((tmp_path / "progress.json").read_text(encoding="utf-8")) == solved()


def test_solutions_and_wrong_answers_are_no_progress(chapter: Chapter) -> None:
    assert chapter.check("double", lambda number: number * 2, solution=True).passed
    assert not chapter.check("double", lambda number: 4).passed
    assert solved() == {}


def test_a_solved_exercise_stays_solved(chapter: Chapter) -> None:
    chapter.check("double", lambda number: number * 2)
    chapter.check("double", None)
    assert solved() == {"10-python": ["double"]}


def test_progress_of_several_chapters_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("nexus.paths.WORK", tmp_path)
    for chapter, name in (("b", "2"), ("a", "9"), ("b", "1"), ("b", "2")):
        remember(chapter, name)
    assert solved() == {"b": ["1", "2"], "a": ["9"]}


def test_an_unknown_exercise_is_answered_with_those_there_are(chapter: Chapter) -> None:
    with pytest.raises(NexusError, match=r"^no exercise 'triple' in 10-python: it has double$"):
        chapter.check("triple", None)


def test_a_check_before_the_first_cell_asks_for_it(chapter: Chapter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nexus.lab._open", {})
    with pytest.raises(NexusError, match="first cell"):
        chapter.check("double", None)


def test_an_error_of_the_lab_is_one_line_in_a_notebook() -> None:
    assert NexusError("what to do")._render_traceback_() == ["nexus: what to do"]


# --- exercises in SQL


def test_what_a_check_makes_in_its_scratch_schema_does_not_last(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(needs=("postgres",))
    lab.sql("create table stays (id int)")
    for _ in range(2):
        with scratch(lab) as db:
            run(db, "create table stays (night date)")
            run(db, "insert into stays values ('2030-01-01')")
    assert lab.sql("select count(*) from stays") == [0]
    assert lab.sql("select count(*) from pg_tables where tablename = 'stays'") == [1]


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_an_ended_transaction_spoils_no_later_check(open_lab: Callable[..., Lab], ending: str) -> None:
    lab = open_lab(needs=("postgres",))
    with scratch(lab) as db:
        run(db, "create table stays (night date)")
        run(db, ending)
    with scratch(lab) as db:
        run(db, "create table stays (night date)")


def test_a_check_goes_on_after_a_refused_statement(open_lab: Callable[..., Lab]) -> None:
    with scratch(open_lab(needs=("postgres",))) as db:
        run(db, "create table stays (nights int check (nights > 0))")
        assert accepts(db, "insert into stays values (1)")
        assert not accepts(db, "insert into stays values (0)")
        assert run(db, "select nights from stays").scalars().all() == [1]


def test_a_per_cent_sign_in_an_answer_is_no_place_for_a_value(open_lab: Callable[..., Lab]) -> None:
    with scratch(open_lab(needs=("postgres",))) as db:
        assert run(db, "select 7 % 4 where 'cancelled' like 'canc%'").scalars().all() == [3]
        assert accepts(db, "select 'a%b'")


def test_the_ids_of_an_answer_are_found_wherever_they_are(open_lab: Callable[..., Lab]) -> None:
    with open_lab(needs=("postgres",)).connect() as db:
        assert ids_of(db.execute("select n as id from generate_series(1, 2) n")) == [1, 2]
        assert ids_of(db.execute("select 'text', n as id from generate_series(1, 2) n")) == [1, 2]
        with pytest.raises(ValueError, match="this one shows text, count"):
            ids_of(db.execute("select 'text' as text, count(*) from generate_series(1, 2) n"))
        with pytest.raises(ValueError, match="this one shows no rows"):
            ids_of(db.execute("create table ids (id int)"))


def test_a_syntax_error_is_the_databases_own_line(open_lab: Callable[..., Lab]) -> None:
    with scratch(open_lab(needs=("postgres",))) as db, pytest.raises(DBAPIError) as caught:
        accepts(db, "selekt 1")
    assert said(caught.value) == 'SyntaxError: syntax error at or near "selekt"'


def test_the_last_hint_fits_the_kind_of_answer(chapter: Chapter) -> None:
    def breaks(number: int) -> int:
        return 1 // 0

    assert "run your function by itself" in chapter.check("double", breaks).findings[0].hint
    assert "at which word it stumbled" in chapter.check("double", "select 1").findings[0].hint


def test_the_hint_of_an_earlier_failed_finding_is_repeated() -> None:
    failed, passed = Finding("a", 1, 2, "look at a"), Finding("a", 1, 1, "look at a")
    assert (unless_failed(failed, "look at b"), unless_failed(passed, "look at b")) == ("look at a", "look at b")


def test_a_call_that_does_not_return_holds_no_other() -> None:
    never = threading.Event()
    calls = [lambda: "mine", lambda: never.wait(60), sys.exit, lambda: "too"]
    assert in_threads(calls, 0.2, "nothing") == ["mine", "nothing", "nothing", "too"]
    never.set()
