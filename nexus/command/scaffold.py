"""A new chapter: a copy of the template under its own name, which runs and is proved from its first minute."""

import builtins
import json
import keyword
import re
from pathlib import Path

import yaml

from nexus import paths
from nexus.command import chapters
from nexus.errors import NexusError

NAME = re.compile(r"(?P<number>\d\d[a-z]?)-(?P<words>[a-z0-9]+(-[a-z0-9]+)*)")
# The numbers of chapters are fixed by part, so that the list of files reads in order.
PARTS = ["Start", "Foundations", "Data", "APIs", "Speed and safety", "Scale", "Delivery", "Together"]


def new_chapter(name: str) -> list[Path]:
    """Create a chapter such as "21-indexes-and-paging" and return the files made or changed.

    Raises NexusError, and changes nothing, where the name is not free or not a chapter's.
    """
    parts = NAME.fullmatch(name)
    if not parts or int(name[0]) >= len(PARTS):
        raise NexusError(
            f"{name!r} is no name for a chapter: a number from 00 to {len(PARTS) - 1}9 and words, "
            "in small letters and joined by hyphens, such as 21-indexes-and-paging"
        )
    module = _module(parts["words"])
    targets = _targets(name, module)
    taken = [path for path in chapters.every() if path.stem.partition("-")[0] == parts["number"]]
    if there := next((path for path in [*taken, *targets.values()] if path.exists()), None):
        raise NexusError(f"{name} can't be made: {there.relative_to(paths.ROOT)} is there already; take another name")
    for source, target in targets.items():
        target.parent.mkdir(exist_ok=True)
        target.write_text(_renamed(source.read_text(encoding="utf-8"), name, module), encoding="utf-8")
    return [*targets.values(), _add_to_contents(name)]


def _targets(name: str, module: str) -> dict[Path, Path]:
    """For each file of the template, where its copy goes: the notebook, the exercises, their answers, the mutations."""
    packages = [paths.ROOT / "exercises", paths.ROOT / "tests" / "exercises"]
    mutations = paths.ROOT / "tests" / "notebooks" / "mutations"
    return {
        paths.NOTEBOOKS / "template.ipynb": paths.NOTEBOOKS / f"{name}.ipynb",
        **{
            source: folder / module / source.name
            for folder in packages
            for source in sorted((folder / "template").glob("*.py"))
        },
        mutations / "template.py": mutations / f"{module}.py",
    }


def _module(words: str) -> str:
    """The name that chapters import their exercises by. Raises NexusError where Python takes it for something else."""
    module = words.replace("-", "_")
    if not module.isidentifier() or keyword.iskeyword(module) or hasattr(builtins, module):
        raise NexusError(
            f"{words!r} can't name a chapter: its exercises are the module exercises.{module}, and {module} is "
            f"{'no name' if not module.isidentifier() else 'a word'} of Python; add a word, such as {words}-in-use"
        )
    return module


def _renamed(text: str, name: str, module: str) -> str:
    """The template's text under the chapter's own name. In JSON, quotes are written with a backslash."""
    title = name.partition("-")[2].replace("-", " ").capitalize()
    for old, new in (
        ("# A chapter to copy", f"# {title}"),
        ("the template chapter", name),
        ('"template"', f'"{name}"'),
        (json.dumps('"template"')[1:-1], json.dumps(f'"{name}"')[1:-1]),
        ("exercises.template", f"exercises.{module}"),
        ('"template-', f'"{module}-'),
    ):
        text = text.replace(old, new)
    return text


def _add_to_contents(name: str) -> Path:
    path = paths.ROOT / "_toc.yml"
    contents = yaml.safe_load(path.read_text(encoding="utf-8"))
    caption = PARTS[int(name[0])]
    part = next((part for part in contents["parts"] if part["caption"] == caption), None)
    if part is None:
        part = {"caption": caption, "chapters": []}
        contents["parts"].insert(_place_of(caption, contents["parts"]), part)
    part["chapters"] = sorted([*part["chapters"], {"file": f"notebooks/{name}"}], key=lambda entry: entry["file"])
    path.write_text(yaml.safe_dump(contents, sort_keys=False), encoding="utf-8")
    return path


def _place_of(caption: str, parts: list[dict[str, str]]) -> int:
    """Before the first part that comes later; the parts that have no number frame the others."""
    later = [*PARTS[PARTS.index(caption) + 1 :], parts[-1]["caption"]]
    return next(place for place, part in enumerate(parts) if part["caption"] in later)
