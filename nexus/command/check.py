"""`make check`: all that holds for one chapter or a few, side by side, in about a minute.

A step is a command that a contributor could type. What it prints is shown only where it fails.
"""

import difflib
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from nexus import paths
from nexus.command import chapters
from nexus.command.display import Steps, console
from nexus.errors import NexusError

FOLDERS = ("exercises", "tests/exercises", "tests/notebooks")  # where the modules of a chapter are
RULES = ("tests/notebooks/test_rules.py", "tests/notebooks/test_mutations.py")
EXERCISES = "tests/exercises"
MAIN = ("main", "origin/main")


@dataclass(frozen=True)
class Step:
    """A command, as the arguments of this Python."""

    name: str
    arguments: tuple[str, ...]

    def run(self, steps: Steps) -> str:
        """Run it, and return what it printed where it failed, or else nothing."""
        command = [sys.executable, "-m", *self.arguments]
        try:
            with steps(self.name, "checking"):
                subprocess.run(command, cwd=paths.ROOT, capture_output=True, encoding="utf-8", check=True)
        except subprocess.CalledProcessError as error:
            return f"\n✗ {self.name}: python -m {shlex.join(self.arguments)}\n{error.stdout}{error.stderr}".rstrip()
        return ""


def check(names: Sequence[str], only: str = "", jobs: int = 2) -> bool:
    """Check the named chapters, or what changed against main; return whether all is well.

    only: an expression of pytest's -k; then the rules and exercises that it names are all that is tried.
    jobs: how many steps run at once. Raises NexusError where no chapter is meant.
    """
    files = [] if names else changed()
    wanted = named(names) if names else [chapter for chapter in chapters.stored() if {*files} & {*files_of(chapter)}]
    if not wanted and not files:
        raise NexusError("nothing changed against main: name a chapter, such as `make check NAME=20`")
    files = sorted({*files, *(file for chapter in wanted for file in files_of(chapter))})
    if wanted:
        console.print(" ".join(chapter.stem for chapter in wanted))
    with Steps() as steps, ThreadPoolExecutor(jobs) as pool:
        failures = [said for said in pool.map(lambda step: step.run(steps), planned(wanted, files, only, jobs)) if said]
    for said in failures:
        console.print(said)
    return not failures


def planned(wanted: Sequence[Path], files: Sequence[Path], only: str, jobs: int) -> Iterator[Step]:
    """The steps, the longest first."""
    these = " or ".join(chapter.stem for chapter in wanted)
    tests = ("pytest", "-q", "--no-header", "--tb=short", "-k", f"({these}) and ({only})" if only else these)
    scripts = [str(file.relative_to(paths.ROOT)) for file in files if file.suffix == ".py"]
    if wanted and not only:
        notebooks = [str(chapter.relative_to(paths.ROOT)) for chapter in wanted]
        beside = ("-n", str(jobs)) if len(wanted) > 1 else ()
        yield Step("cells", ("pytest", "-q", "--no-header", "--tb=short", *beside, "--nbval", *notebooks))
    if wanted:
        yield Step("exercises", (*tests, EXERCISES))
    if scripts and not only:
        yield Step("types", ("mypy", *scripts))
    if wanted:
        yield Step("rules", (*tests, *RULES))
    if not only:
        yield Step("lint", ("ruff", "check", "-q", *(str(file.relative_to(paths.ROOT)) for file in files)))
        yield Step("format", ("ruff", "format", "-q", "--check", *scripts))


def named(names: Sequence[str]) -> list[Path]:
    """The chapters of these names, in their order: "20", "20-schema", or a prefix such as "2" for all of data.

    Raises NexusError, with the nearest names, for a name of none.
    """
    return sorted({chapter for name in names for chapter in _named(name)}, key=chapters.stored().index)


def _named(name: str) -> list[Path]:
    every = chapters.stored()
    found = [path for path in every if name in (path.stem, path.stem.partition("-")[0])]
    found = found or [path for path in every if name and path.stem.startswith(name)]
    if found:
        return found
    words = {word: path.stem for path in every for word in (path.stem, *path.stem.split("-", 1))}
    near = dict.fromkeys(words[word] for word in difflib.get_close_matches(name, words, cutoff=0.5))
    if near:
        raise NexusError(f"no chapter {name!r}: did you mean {' or '.join(near)}?")
    raise NexusError(f"no chapter {name!r}: the chapters are {', '.join(path.stem for path in every)}")


def files_of(chapter: Path) -> list[Path]:
    """The notebook, and the modules of its exercises and its mutations, wherever their folders have them."""
    found = re.search(r"^from exercises\.(\w+) import", chapters.code(chapter), re.MULTILINE)
    if not found:
        return [chapter]
    ours = re.compile(rf"{found[1]}(?:\.py)?")
    scripts = [path for folder in FOLDERS for path in sorted((paths.ROOT / folder).rglob("*.py"))]
    return [chapter, *(path for path in scripts if any(map(ours.fullmatch, path.relative_to(paths.ROOT).parts)))]


def changed() -> list[Path]:
    """Notebooks and modules that differ from main, committed or not. Raises NexusError where git knows no main."""
    main = next((branch for branch in MAIN if _git("rev-parse", "-q", "--verify", branch)), None)
    if main is None:
        raise NexusError("git knows no branch main to compare with: name a chapter, such as `make check NAME=20`")
    (base,) = _git("merge-base", main, "HEAD")
    names = [*_git("diff", "--name-only", base), *_git("ls-files", "--others", "--exclude-standard")]
    files = [paths.ROOT / name for name in names if Path(name).suffix in (".py", ".ipynb")]
    return sorted(file for file in files if file.exists())


def _git(*arguments: str) -> list[str]:
    command = ["git", "-C", str(paths.ROOT), *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False).stdout.splitlines()
