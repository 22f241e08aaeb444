"""Right and wrong answers to nothing-there of 40-caching."""

import json
from typing import Any

from exercises.caching.nothing_there import nothing_there
from tests.exercises.answers import Answers

answers = Answers(nothing_there)


@answers.right
def in_words_of_its_own(cache: Any, load: Any, one: str) -> Any:
    kept = cache.get(f"listing:{one}")
    if kept == "none":
        return None
    if kept:
        return json.loads(kept)
    listing = load(one)
    if listing is None:
        cache.set(f"listing:{one}", "none", ex=60)
    else:
        cache.set(f"listing:{one}", json.dumps(listing), ex=3600)
    return listing


@answers.wrong("look into the cache")
def loads_each_time(cache: Any, load: Any, one: str) -> Any:
    listing = load(one)
    cache.set(f"listing:{one}", json.dumps(listing), ex=3600 if listing else 60)
    return listing


@answers.wrong("is an answer, too")
def keeps_what_is_there(cache: Any, load: Any, one: str) -> Any:
    kept = cache.get(f"listing:{one}")
    if kept is not None:
        return json.loads(kept)
    listing = load(one)
    if listing is not None:
        cache.set(f"listing:{one}", json.dumps(listing), ex=3600)
    return listing


@answers.wrong("is an answer, too")
def takes_null_for_a_miss(cache: Any, load: Any, one: str) -> Any:
    listing = json.loads(cache.get(f"listing:{one}") or "null")
    if listing is None:
        listing = load(one)
        cache.set(f"listing:{one}", json.dumps(listing), ex=3600 if listing else 60)
    return listing


def keeping(cache: Any, load: Any, one: str, **options: Any) -> Any:
    kept = cache.get(f"listing:{one}")
    if kept is not None:
        return json.loads(kept)
    listing = load(one)
    cache.set(f"listing:{one}", json.dumps(listing), **options)
    return listing


@answers.wrong("by what was found")
def none_for_an_hour(cache: Any, load: Any, one: str) -> Any:
    return keeping(cache, load, one, ex=3600)


@answers.wrong("by what was found")
def for_ever(cache: Any, load: Any, one: str) -> Any:
    return keeping(cache, load, one)


@answers.wrong("only a miss keeps")
def keeps_it_with_each_view(cache: Any, load: Any, one: str) -> Any:
    kept = cache.get(f"listing:{one}")
    listing = load(one) if kept is None else json.loads(kept)
    cache.set(f"listing:{one}", json.dumps(listing), ex=3600 if listing else 60)
    return listing


@answers.wrong("one key")
def under_another_key_as_well(cache: Any, load: Any, one: str) -> Any:
    if cache.get(f"missing:{one}"):
        return None
    if kept := cache.get(f"listing:{one}"):
        return json.loads(kept)
    listing = load(one)
    cache.set(f"listing:{one}", json.dumps(listing), ex=3600 if listing else 60)
    if listing is None:
        cache.set(f"missing:{one}", "yes", ex=60)
    return listing
