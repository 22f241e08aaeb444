"""The chapters as files: the learner's copies in `work/`, and their exercises."""

import hashlib
import itertools
import json
import re
from pathlib import Path

from nexus import paths, services
from nexus.errors import NexusError


def every() -> list[Path]:
    """The notebooks of all chapters, in their order."""
    return sorted(paths.NOTEBOOKS.glob("[0-9]*.ipynb"))


def stored() -> list[Path]:
    """The notebooks whose outputs are stored, proved and shown in the book: the chapters, and the one to copy."""
    return [*every(), *paths.NOTEBOOKS.glob("template.ipynb")]


def find(number: str) -> Path:
    """The notebook of a chapter named by number ("00") or name ("00-start-here"). Raises NexusError for none."""
    found = [path for path in stored() if path.stem == number or path.stem.partition("-")[0] == number]
    if len(found) != 1:
        raise NexusError(f"no chapter {number!r}: the chapters are {', '.join(path.stem for path in every())}")
    return found[0]


def exercises_of(chapter: Path) -> list[str]:
    """The names of a chapter's exercises, in their order, as its cells check them."""
    return list(dict.fromkeys(re.findall(r'^check\("([^"]+)"', code(chapter), re.MULTILINE)))


def needs(chapter: Path) -> tuple[str, ...]:
    """The services that a chapter opens: those in the `needs` of its nexus.open, or else all."""
    named = re.search(r"nexus\.open\([^)]*needs=[\[(]([^])]*)", code(chapter))
    return tuple(re.findall(r"\w+", named.group(1))) if named else services.NAMES


def copy_to_work() -> list[str]:
    """Give the learner a copy of each chapter. A copy that was touched is never written over.

    Returns a line for each chapter whose original is newer than the learner's own copy.
    """
    paths.WORK.mkdir(exist_ok=True)
    given = _given()
    newer = []
    for original in every():
        copy = paths.WORK / original.name
        clean = _for_learners(original)
        untouched = copy.exists() and _digest(copy.read_bytes()) in (given.get(copy.name), _digest(clean))
        if not copy.exists() or untouched:
            copy.write_bytes(clean)
            given[copy.name] = _digest(clean)
        elif given.get(copy.name) != _digest(clean):
            number = original.stem.partition("-")[0]
            newer.append(f"{original.stem} has a newer version; `nexus reset {number}` takes it and keeps yours aside")
    _given_file().parent.mkdir(parents=True, exist_ok=True)
    _given_file().write_text(json.dumps(given), encoding="utf-8")
    return newer


def reset(number: str) -> tuple[Path, Path | None]:
    """Lay a clean copy of a chapter in `work/`. Returns it, and where the learner's own went, if there was one."""
    original = find(number)
    if original not in every():
        raise NexusError(f"{number} is for authors, and has no copy in work/: see `make chapter`")
    copy = paths.WORK / original.name
    aside = None
    if copy.exists():
        aside = copy.rename(_free_place(original.stem))
    copy_to_work()
    return copy, aside


def code(chapter: Path) -> str:
    """The text of all code cells of a notebook."""
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def _free_place(chapter: str) -> Path:
    """Where a learner's copy can be put aside without writing over an earlier one."""
    earlier = paths.WORK / "earlier"
    earlier.mkdir(exist_ok=True)
    first = len(list(earlier.glob(f"{chapter}-*.ipynb"))) + 1
    places = (earlier / f"{chapter}-{number}.ipynb" for number in itertools.count(first))
    return next(place for place in places if not place.exists())


def _given_file() -> Path:
    return paths.home() / "given-chapters.json"


def _given() -> dict[str, str]:
    """The digest of each copy as the learner got it: one that still has it was never touched."""
    try:
        return dict(json.loads(_given_file().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def _for_learners(original: Path) -> bytes:
    """The chapter without outputs, so that what learners see they have made; and without the links to the glossary,
    which lead nowhere outside the book."""
    notebook = json.loads(original.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
        else:
            cell["source"] = re.sub(r"\{term\}`([^`<]+?)(?: <[^`]*>)?`", r"\1", "".join(cell["source"]))
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
