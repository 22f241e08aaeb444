"""A build of the book, made as `make book` makes it, and cut off from every network."""

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bs4 import BeautifulSoup

# sitecustomize runs at every Python start: whatever the build tries to reach, it fails there and then.
NO_NETWORK = """
import sys
def refuse(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
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

    def page(self, name: str) -> BeautifulSoup:
        return self.pages[self.html / f"{name}.html"]


def build(source: Path, output: Path, **environment: str) -> Book:
    """Build `source` as `make book` does, cut off from every network."""
    (output / "site").mkdir(parents=True)
    (output / "site" / "sitecustomize.py").write_text(NO_NETWORK)
    inherited = {name: value for name, value in os.environ.items() if name != "GITHUB_REPOSITORY"}
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(source)]
    ended = subprocess.run(
        [*command, "-n", "-W", "--keep-going", "--path-output", str(output)],
        env={**inherited, "PYTHONPATH": str(output / "site"), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Book(ended.returncode, ended.stdout, output / "_build" / "html")
