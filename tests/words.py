"""Words that this project does not use, and what it says instead. They hold over all text that is done."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from nexus import paths

# A match has no letter on either side, so `test_a_crowd`, `CROWD` and "crowd" are all found.
INSTEAD = {
    r"mend(s|ed|ing)?": "fix",
    r"anew": "again",
    r"for ever": "forever",
    r"whoever": "anyone who",
    r"shall": "should, must",
    r"told": "learn, get, the answer says",
    r"beyond": "over, past, outside",
    r"crowd(s|ed)?": "concurrent requests",
    r"doors?": "source, origin, link",
    r"(stands?|stood|standing)(?![ _](for|in for|still|out)(?![a-z])|-in)": "is, are",
    r"(lay|lays|laid|laying) (it )?out": "create",
    r"(lies|lie) (in|on|at|under|beside)": "is in",
    r"judges": "browser checks",
    r"red lists?": "mutations",
    r"long proofs?": "slow test",
    r"please, not": "must be ..., got ...",
}
PATTERN = re.compile("|".join(f"(?P<w{n}>(?<![a-z]){word}(?![a-z]))" for n, word in enumerate(INSTEAD)), re.IGNORECASE)

# Text of others, what programs write, and this list.
NOT_OURS = re.compile(
    r"LICENSE|.*/vendor/.*|.*\.(lock|svg|png|ico|woff2)|.*package-lock\.json|.*/OFL\.txt|tests/(test_)?words\.py"
)
# Chapters that were not gone over yet, and a list of mutations that quotes one: take out here what is.
NOT_YET = re.compile(r"notebooks/(11b|11c|2|3|4[01]).*\.ipynb|tests/notebooks/mutations/http_under_failure\.py")
RELEASE = re.compile(r"^## (?=\d)", re.MULTILINE)


def texts() -> Iterator[tuple[str, str]]:
    """Name and text of each file that is done."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=paths.ROOT, capture_output=True, encoding="utf-8", check=True).stdout
    for name in sorted(set(listed.splitlines())):
        path = paths.ROOT / name
        if path.is_file() and not NOT_OURS.fullmatch(name) and not NOT_YET.fullmatch(name):
            yield name, read(path)


def read(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.name == "CHANGELOG.md":
        return newest(text)
    return sources(text) if path.suffix == ".ipynb" else text


def newest(changelog: str) -> str:
    """What is not released yet, and the newest release: the others are history."""
    return "".join(RELEASE.split(changelog)[:2])


def sources(notebook: str) -> str:
    """All cells, without what they put out."""
    return "\n".join("".join(cell["source"]) for cell in json.loads(notebook)["cells"])


def found(text: str) -> Iterator[str]:
    """Each of those words in a text: its line, the word, and what to say instead."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in PATTERN.finditer(line):
            better = list(INSTEAD.values())[int(str(match.lastgroup)[1:])]
            yield f"{number}: {match[0]!r}, better: {better}"
