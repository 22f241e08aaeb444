"""The page of the book that explains every type of problem."""

import re

from nexus import paths
from systems.api.problems import TYPES


def test_the_book_explains_every_type_as_the_server_does() -> None:
    page = (paths.ROOT / "book" / "problems.md").read_text(encoding="utf-8")
    found = re.findall(r"^## (.+)\n\n`/problems/(.+)`, status (\d+)\n\n(.+)$", page, re.MULTILINE)
    explained = {slug: (title, int(status), advice) for title, slug, status, advice in found}
    assert explained == {slug: (one.title, one.status, one.advice) for slug, one in TYPES.items()}
