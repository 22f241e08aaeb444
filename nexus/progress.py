"""Which exercises the learner has solved."""

import json

from nexus import paths
from nexus.services.server import write_private


def remember(chapter: str, name: str) -> None:
    """Note an exercise as solved, beside the learner's copies: it is the learner's own, and `make clean` keeps it."""
    known = solved()
    known[chapter] = sorted({*known.get(chapter, []), name})
    paths.WORK.mkdir(exist_ok=True)
    write_private(paths.WORK / "progress.json", json.dumps(known, indent=2))


def solved() -> dict[str, list[str]]:
    """The solved exercises by chapter."""
    try:
        return dict(json.loads((paths.WORK / "progress.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
