"""search-key: one key for each search, whatever its filters look like."""

import itertools
from collections.abc import Iterator
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, exercise

GARDEN = {"text": "garden", "low": 40}


@exercise("search-key")
def search_key(lab: Lab, answer: Any) -> Iterator[Finding]:
    yield from is_made_of_what_was_asked(answer)
    yield from differs_where_the_search_does(answer)
    yield from cannot_be_forged(answer)
    yield from repeats_itself(answer)


def is_made_of_what_was_asked(answer: Any) -> Iterator[Finding]:
    yield Finding(
        "the key is a text",
        expected="str",
        happened=type(answer(1, dict(GARDEN))).__name__,
        hint="Redis finds an entry by its whole key, letter by letter: make one text of it all",
    )
    yield Finding(
        "the order of the filters makes no difference",
        expected="one key",
        happened=keys(*in_any_order(answer)),
        hint="a dict keeps the order in which it was filled: sort the filters by name",
    )
    yield Finding(
        "a filter that is None is the same as none at all",
        expected="one key",
        happened=keys(answer(1, dict(GARDEN)), answer(1, {**GARDEN, "high": None})),
        hint="leave out what is None before you make the text",
    )


def differs_where_the_search_does(answer: Any) -> Iterator[Finding]:
    yield Finding(
        "no rooms (a studio) is not the same as any number of rooms",
        expected="two keys",
        happened=keys(answer(1, {"rooms": 0}), answer(1, {})),
        hint="zero is an answer, and `if value` takes it for none: ask `is not None`",
    )
    twos = itertools.combinations([{"low": 40}, {"low": 41}, {"high": 40}, {"text": "sea"}, {"city": "sea"}], 2)
    yield Finding(
        "different searches have different keys",
        expected=[],
        happened=shared((answer(1, one), answer(1, other), f"{one} and {other}") for one, other in twos),
        hint="the name of a filter belongs to the key as much as its value",
    )
    yield Finding(
        "each guest has keys of their own, and so has everyone who is not signed in",
        expected="three keys",
        happened=keys(*(answer(user, dict(GARDEN)) for user in (1, 2, None))),
        hint="the results show each guest's own hearts: the user belongs to the key",
    )


def cannot_be_forged(answer: Any) -> Iterator[Finding]:
    two = {"city": "rome", "text": "sea"}
    yield Finding(
        "nobody can type a text that looks like two filters",
        expected=[],
        happened=shared((answer(1, {"city": typed}), answer(1, two), f"city {typed!r}") for typed in forged())[:1],
        hint="a guest can type your separators, too: json.dumps or urlencode escape them, a join doesn't",
    )
    named = (
        pair
        for name in ("user", "user_id", "guest")
        for pair in (
            (answer(1, {name: 2}), answer(2, {}), f"guest 1 with {name}=2, and guest 2"),
            (answer(1, {name: 2}), answer(1, {name: 3}), f"{name}=2 and {name}=3"),
        )
    )
    yield Finding(
        "nobody can name a filter so that it passes for the user",
        expected=[],
        happened=shared(named)[:1],
        hint="the names of filters come from the address line: keep the user beside the filters, not among them",
    )


def repeats_itself(answer: Any) -> Iterator[Finding]:
    code = getattr(answer, "__code__", None)
    yield Finding(
        "every process makes the same key",
        expected="no hash()",
        happened="hash()" if code and "hash" in code.co_names else "no hash()",
        hint="Python's hash of a text differs from process to process; hashlib's doesn't",
    )
    filters = {**GARDEN, "high": None}
    answer(1, filters)
    yield Finding(
        "the filters are left as they were",
        expected={**GARDEN, "high": None},
        happened=filters,
        hint="the caller goes on to search with that dict: make one of your own, and delete nothing from theirs",
    )


def in_any_order(answer: Any) -> list[Any]:
    """Two keys that differ, if the order of the filters ever makes a difference: in a set it does only by chance."""
    for turn in range(40):
        many = [(f"filter{turn}_{number}", number) for number in range(12)]
        made = [answer(1, dict(filters)) for filters in (many, many[::-1])]
        if made[0] != made[1]:
            break
    return made


def keys(*made: Any) -> str:
    return {1: "one key", 2: "two keys", 3: "three keys"}[len(set(made))]


def shared(pairs: Any) -> list[str]:
    """Of these keys in twos, each with its description, those that are equal."""
    return [what for one, other, what in pairs if one == other]


def forged() -> Iterator[str]:
    """Values of one filter that look like the two filters, for separators that people use."""
    for between in ("&", ":", "|", ",", ";", "/", " ", "-", "_", ", "):
        yield f"rome{between}sea"
        for is_ in ("=", ":", "-", "_", " "):
            yield f"rome{between}text{is_}sea"
