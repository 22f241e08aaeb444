"""Plain words, and tests that are named for one fact in few of them."""

import ast

import pytest

from nexus import paths
from tests import words

LONGEST_NAME = 59


def test_no_text_has_a_word_that_we_do_not_use() -> None:
    found = [f"{name}:{said}" for name, text in words.texts() for said in words.found(text)]
    assert not found, "\n".join(["say it in other words:", *found])


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("The mend, anew.", 2),
        ("def test_the_crowd_is_told() -> None:", 2),
        ("CROWDS = 3", 1),
        ("It stands in a table.", 1),
        ("It stands for a table, and stands out.", 0),
        ("amend, commend, understand, outdoors", 0),
        ("a limit above zero, please, not 0", 1),
        ("Please read this.", 0),
    ],
)
def test_words_are_found_in_prose_and_in_names(text: str, times: int) -> None:
    assert len(list(words.found(text))) == times


def test_a_test_is_named_for_one_fact_in_few_words() -> None:
    scripts = sorted((paths.ROOT / "tests").rglob("*.py"))
    names = {
        node.name: path.relative_to(paths.ROOT)
        for path in scripts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }
    long = [f"{path}: {len(name)} characters: {name}" for name, path in names.items() if len(name) > LONGEST_NAME]
    assert not long, "\n".join([f"name one fact, in {LONGEST_NAME} characters at most:", *long])
