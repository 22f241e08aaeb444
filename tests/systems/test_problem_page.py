"""The page of the book that explains every type of problem."""

import re

from nexus import paths
from systems.web.errors import PROBLEMS


def test_the_book_explains_every_type_as_the_server_does() -> None:
    page = (paths.ROOT / "book" / "problems.md").read_text()
    found = re.findall(r"^## (.+)\n\n`/problems/(.+)`, status (\d+)\n\n(.+)$", page, re.MULTILINE)
    told = {slug: (title, int(status), advice) for title, slug, status, advice in found}
    assert told == {slug: (one.title, one.status_code, one.advice) for slug, one in PROBLEMS.items()}
