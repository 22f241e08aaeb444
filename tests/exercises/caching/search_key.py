"""Right and wrong answers to search-key of 40-caching."""

import json
from typing import Any
from urllib.parse import urlencode

from exercises.caching.search_key import search_key
from tests.exercises.answers import Answers

answers = Answers(search_key)


def asked(filters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sorted(filters.items()) if value is not None}


@answers.right
def as_a_query_string(user: Any, filters: Any) -> str:
    return f"search:{user}:{urlencode(asked(filters))}"


@answers.right
def as_pairs(user: Any, filters: Any) -> str:
    return repr((user, sorted((name, value) for name, value in filters.items() if value is not None)))


@answers.wrong("sort the filters")
def as_a_set(user: Any, filters: Any) -> str:
    return f"search:{user}:{frozenset((name, value) for name, value in filters.items() if value is not None)}"


@answers.wrong("delete nothing from theirs")
def deletes_what_is_none(user: Any, filters: Any) -> str:
    for name in [name for name, value in filters.items() if value is None]:
        del filters[name]
    return json.dumps([user, filters], sort_keys=True)


@answers.wrong("one text")
def a_tuple(user: Any, filters: Any) -> Any:
    return user, *asked(filters).items()


@answers.wrong("sort the filters")
def as_it_comes(user: Any, filters: Any) -> str:
    return json.dumps([user, {name: value for name, value in filters.items() if value is not None}])


@answers.wrong("leave out what is None")
def sorted_only(user: Any, filters: Any) -> str:
    return json.dumps([user, filters], sort_keys=True)


@answers.wrong("zero is an answer")
def what_is_true(user: Any, filters: Any) -> str:
    return json.dumps([user, {name: value for name, value in sorted(filters.items()) if value}])


@answers.wrong("the name of a filter")
def only_values(user: Any, filters: Any) -> str:
    return json.dumps([user, *asked(filters).values()])


@answers.wrong("the user belongs")
def without_the_user(user: Any, filters: Any) -> str:
    return json.dumps(asked(filters))


@answers.wrong("your separators")
def joined(user: Any, filters: Any) -> str:
    return f"search:{user}:" + "&".join(f"{name}={value}" for name, value in asked(filters).items())


@answers.wrong("beside the filters")
def the_user_among_the_filters(user: Any, filters: Any) -> str:
    return json.dumps({"user": user, **asked(filters)})


@answers.wrong("beside the filters")
def the_user_over_the_filters(user: Any, filters: Any) -> str:
    return json.dumps({**asked(filters), "user": user}, sort_keys=True)


@answers.wrong("hashlib")
def hashed(user: Any, filters: Any) -> str:
    return f"search:{hash((user, *asked(filters).items()))}"
