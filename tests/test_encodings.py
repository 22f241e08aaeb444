"""Text is read and written as UTF-8 wherever the project runs: what a locale says never decides (ruff sees a part)."""

import ast
import subprocess
from collections.abc import Iterator

from nexus import paths

FILES = ("read_text", "write_text", "open", "fdopen", "NamedTemporaryFile", "TemporaryFile")
PROGRAMS = ("run", "Popen", "check_output")
OTHER_OPENS = ("nexus", "lab", "webbrowser", "os", "tarfile", "gzip", "zipfile", "Image", "urllib")  # no text files
# Read by Pythons that know no such argument; it turns them away.
EXCEPTIONS = ("nexus/install.py",)


def python_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=paths.ROOT, capture_output=True, encoding="utf-8", check=True
    )
    return [name for name in listed.stdout.splitlines() if name not in EXCEPTIONS]


def without_encoding(source: str) -> Iterator[int]:
    """The lines of the calls that leave the encoding of text to the locale."""
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and not {"encoding", None} & {keyword.arg for keyword in call.keywords}:
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            owner = getattr(getattr(call.func, "value", None), "id", "")
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            if (name in FILES and owner not in OTHER_OPENS and not is_binary(call, name)) or (
                name in PROGRAMS and {"text", "universal_newlines"} & given.keys()
            ):
                yield call.lineno


def is_binary(call: ast.Call, name: str) -> bool:
    """Whether the call names a mode with a b, or has the encoding in its place among the arguments."""
    if name in ("read_text", "write_text"):
        return len(call.args) > (name == "write_text")
    modes = [*call.args[:2], *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
    return any(
        isinstance(mode, ast.Constant) and isinstance(mode.value, str) and "b" in mode.value for mode in modes
    ) or (name.endswith("File") and not modes)


def test_every_text_file_is_opened_with_an_encoding() -> None:
    found = [
        f"{name}:{line}"
        for name in python_files()
        for line in without_encoding((paths.ROOT / name).read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_rule_sees_each_way_to_leave_it_out() -> None:
    careless = ("path.read_text()", "path.write_text(x)", "open(x)", "path.open('w')", "subprocess.run(x, text=True)")
    assert [line for source in careless for line in without_encoding(source)] == [1] * len(careless)
    careful = ("path.read_text('utf-8')", "open(x, 'rb')", "path.open('ab')", "run(x, text=True, encoding='utf-8')")
    assert [line for source in careful for line in without_encoding(source)] == []
