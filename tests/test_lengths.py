"""A module has at most 250 lines, and a function at most 25, in every folder of the repository's Python.

A function is counted from its `def` to the end of its body, with the signature, the docstring and what is nested in it;
decorators are not. Only what Django's `makemigrations` writes is left out. A function that grows longer is split along
what it does, not squeezed: a check yields from smaller ones, and a table of cases goes to the module.
"""

import ast
from collections.abc import Iterator

from nexus import paths

MOST_LINES_OF_A_MODULE, MOST_LINES_OF_A_FUNCTION = 250, 25
FOLDERS = ("benchmarks", "book", "exercises", "nexus", "systems", "tests")
MODULES = sorted(
    path
    for path in [
        paths.ROOT / "conftest.py",
        *(path for folder in FOLDERS for path in (paths.ROOT / folder).rglob("*.py")),
    ]
    if "migrations" not in path.parts and "_build" not in path.parts
)


def too_long(source: str) -> Iterator[str]:
    if (lines := len(source.splitlines())) > MOST_LINES_OF_A_MODULE:
        yield f"{lines} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MOST_LINES_OF_A_FUNCTION:
                yield f"{node.name} has {lines} lines"


def test_no_module_and_no_function_is_too_long() -> None:
    found = [
        f"{path.relative_to(paths.ROOT)}: {reason}"
        for path in MODULES
        for reason in too_long(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


def test_what_is_too_long_is_named() -> None:
    body = "    'as a docstring'\n" * 24
    assert not list(too_long(f"@cache\ndef short():\n{body}"))
    assert list(too_long(f"class A:\n  async def long(self,\n    other):\n{body}")) == ["long has 26 lines"]
    assert list(too_long("x = 1\n" * 251)) == ["251 lines"]
