"""What a check says of an answer: findings, and the verdict that they add up to."""

import textwrap
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One property of an answer: what it is about, what was expected, what happened, and a hint where they differ."""

    what: str
    expected: Any
    happened: Any
    hint: str

    @property
    def passed(self) -> bool:
        return bool(self.expected == self.happened)

    def __str__(self) -> str:
        if self.passed:
            return f"  ✓ {self.what}"
        said = {"expected": self.expected, "happened": self.happened, "hint": self.hint}
        return "\n".join([f"  ✗ {self.what}", *(_wrapped(f"{name}: {value}") for name, value in said.items())])


def _wrapped(text: str) -> str:
    """Indented, and narrow enough for a notebook beside a file list: an output does not wrap by itself."""
    return textwrap.fill(text, width=64, initial_indent=" " * 6, subsequent_indent=" " * 8)


@dataclass(frozen=True)
class Verdict:
    """What a check found. Shows itself as a list of the properties; a chapter's solution that passes, as one line.

    The solution's cell is right under the learner's: a second list of ticks there would be taken for theirs.
    """

    name: str
    findings: tuple[Finding, ...]
    solution: bool = False

    @property
    def passed(self) -> bool:
        return all(finding.passed for finding in self.findings)

    def __repr__(self) -> str:
        if self.passed and self.solution:
            return f"✓ {self.name}: the chapter's solution holds"
        head = f"✓ {self.name}: solved" if self.passed else f"✗ {self.name}: not yet"
        return "\n".join([head, *map(str, self.findings)])


def unless_failed(earlier: Finding, hint: str) -> str:
    """The hint or, where an earlier finding failed, its hint: it is the same fault, seen once more."""
    return hint if earlier.passed else earlier.hint
