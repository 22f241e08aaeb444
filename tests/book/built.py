"""A build of the book, made as `make book` makes it, and cut off from every network."""

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
# sitecustomize runs at every Python start: whatever the build tries to reach, it fails there and then.
NO_NETWORK = """
import sys
def refuse(event, args):
    local = event == "socket.connect" and isinstance(args[1], str)  # between two processes of this machine
    if event in ("socket.connect", "socket.getaddrinfo") and not local:
        raise PermissionError(f"the book must build without a network: {args}")
sys.addaudithook(refuse)
"""


@dataclass
class Book:
    """A finished build: how it ended and where its pages are."""

    exit_code: int
    log: str
    html: Path

    @cached_property
    def pages(self) -> dict[Path, BeautifulSoup]:
        paths = [path for path in self.html.rglob("*.html") if "_static" not in path.parts]
        return {path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in paths}

    @cached_property
    def anchors(self) -> dict[Path, set[str]]:
        return {path: {str(element["id"]) for element in page.select("[id]")} for path, page in self.pages.items()}

    def names(self) -> list[str]:
        """Every page that a reader reads, as its address below the book's. The first only leads on to the welcome."""
        names = sorted(path.relative_to(self.html).with_suffix("").as_posix() for path in self.pages)
        return [name for name in names if name != "index"]

    def page(self, name: str) -> BeautifulSoup:
        return self.pages[self.html / f"{name}.html"]


def build(source: Path, output: Path, **environment: str) -> Book:
    """Build `source` as `make book` does, cut off from every network."""
    (output / "site").mkdir(parents=True)
    (output / "site" / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if name != "GITHUB_REPOSITORY"}
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(source)]
    ended = subprocess.run(
        [*command, "-n", "-W", "--keep-going", "--path-output", str(output)],
        env={**inherited, "PYTHONPATH": str(output / "site"), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        encoding="utf-8",
    )
    return Book(ended.returncode, ended.stdout, output / "_build" / "html")


def small_copy(folder: Path, page: str) -> Path:
    """A book under the real book's configuration: the page, and a second one, since the theme wants a list of pages."""
    for room in ("_ext", "_static", "_templates"):
        source, copy = ROOT / "book" / room, folder / "book" / room
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "_config.yml", folder)
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: book/page\nchapters:\n- file: book/other\n", encoding="utf-8"
    )
    (folder / "pyproject.toml").write_text('[tool.nexus]\nrepository = ""\n', encoding="utf-8")
    (folder / "book" / "page.md").write_text(page, encoding="utf-8")
    (folder / "book" / "other.md").write_text("# Other\n\nMore words.\n", encoding="utf-8")
    return folder


PLAIN = """
title: Project Nexus
execute: {execute_notebooks: "off"}
only_build_toc_files: true
parse: {myst_enable_extensions: [colon_fence, deflist]}
sphinx:
  config: {myst_heading_anchors: 3}
  local_extensions:
    {repository: book/_ext, chapters: book/_ext, outputs: book/_ext, django_models: book/_ext, contracts: book/_ext}
"""


def plain_copy(folder: Path) -> Path:
    """The real book's pages under the engine's defaults, with the extensions that make content and no look."""
    for room, kinds in (("book", ["*.md", "*.yml", "_ext/*.py", "_static/*.png"]), ("notebooks", ["*.ipynb"])):
        for source in (found for kind in kinds for found in (ROOT / room).glob(kind)):
            copy = folder / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)
    # Some pages are drawn from the systems.
    shutil.copytree(ROOT / "systems", folder / "systems", ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for setting in ("_toc.yml", "pyproject.toml"):
        shutil.copy(ROOT / setting, folder)
    (folder / "_config.yml").write_text(PLAIN, encoding="utf-8")
    return folder


def extension(name: str) -> ModuleType:
    """One of the book's own Sphinx extensions, which are no package."""
    folder = ROOT / "book" / "_ext"
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)  # as Sphinx does: one may import another
        spec.loader.exec_module(module)
    return module
