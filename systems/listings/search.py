"""Words to look for, as in a web search: plain words, -excluded ones, "a phrase", and `or` between alternatives.

Postgres reads this form by itself (websearch_to_tsquery), and knows only words that are spelled right. A title may also
be found by a word that is spelled much like one of its own, but only by a plain one: what a query excludes, or puts in
quotes, is taken at its word.
"""

import re
from collections.abc import Iterator
from itertools import islice

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

TERM = re.compile(r'(-[-\s]*)?("[^"]*"?|[^\s"]+)')  # its minus, as Postgres reads it, and a phrase or a word
# Alternatives whose spelling is forgiven: each costs a scan of its own, and the longest query has a hundred.
MOST_FORGIVEN = 5


def matching(q: str) -> Q:
    """Words in any of their forms, or a title with a word that is spelled much like the plain ones."""
    found = Q(search=exact(q))
    for plain, rest in islice(alternatives(q), MOST_FORGIVEN):
        if plain:
            found |= Q(title__trigram_word_similar=plain) & (Q(search=exact(rest)) if rest else Q())
    return found


def exact(q: str) -> SearchQuery:
    return SearchQuery(q, config="english", search_type="websearch")


def plain_words(q: str) -> str:
    return " ".join(plain for plain, _ in alternatives(q) if plain)


def alternatives(q: str) -> Iterator[tuple[str, str]]:
    """The plain words of each alternative, and what else it asks for."""
    plain: list[str] = []
    rest: list[str] = []
    for minus, term in TERM.findall(q):
        if not minus and term.lower() == "or":
            yield " ".join(plain), " ".join(rest)
            plain, rest = [], []
        elif minus or term.startswith('"'):
            rest.append(minus + term)
        else:
            plain.append(term)
    yield " ".join(plain), " ".join(rest)
