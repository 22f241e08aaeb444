"""The exercises of 40-caching: a key for a search, an answer that says "nothing there", and the place of the clear."""

import itertools
import json
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlencode

import psycopg
import redis

from exercises.rate_limiting import in_time
from nexus import Lab
from nexus.exercises import Chapter, Finding, said, scratch_tables

chapter = Chapter("40-caching")
check = chapter.check
SECONDS = 5


def bounded(answer: Callable[..., Any]) -> Callable[..., Any]:
    """The answer, but one that never ends is given up with a TimeoutError."""
    return lambda *arguments: in_time(partial(answer, *arguments), SECONDS)


# --- search-key

GARDEN = {"text": "garden", "low": 40}


@chapter.exercise("search-key")
def search_key(lab: Lab, answer: Any) -> Iterator[Finding]:
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
    yield Finding(
        "no rooms (a studio) is not the same as any number of rooms",
        expected="two keys",
        happened=keys(answer(1, {"rooms": 0}), answer(1, {})),
        hint="zero is an answer, and `if value` takes it for none: ask `is not None`",
    )
    yield Finding(
        "different searches have different keys",
        expected=[],
        happened=shared(
            (answer(1, one), answer(1, other), f"{one} and {other}")
            for one, other in itertools.combinations(
                [{"low": 40}, {"low": 41}, {"high": 40}, {"text": "sea"}, {"city": "sea"}], 2
            )
        ),
        hint="the name of a filter belongs to the key as much as its value",
    )
    yield Finding(
        "each guest, and whoever is not signed in, has keys of their own",
        expected="three keys",
        happened=keys(*(answer(user, dict(GARDEN)) for user in (1, 2, None))),
        hint="the results show each guest's own hearts: the user belongs to the key",
    )
    two = {"city": "rome", "text": "sea"}
    yield Finding(
        "nobody can type a text that looks like two filters",
        expected=[],
        happened=shared((answer(1, {"city": typed}), answer(1, two), f"city {typed!r}") for typed in forged())[:1],
        hint="a guest can type your separators, too: json.dumps or urlencode escape them, a join doesn't",
    )
    yield Finding(
        "nobody can name a filter so that it passes for the user",
        expected=[],
        happened=shared(
            pair
            for name in ("user", "user_id", "guest")
            for pair in (
                (answer(1, {name: 2}), answer(2, {}), f"guest 1 with {name}=2, and guest 2"),
                (answer(1, {name: 2}), answer(1, {name: 3}), f"{name}=2 and {name}=3"),
            )
        )[:1],
        hint="the names of filters come from the address line: keep the user beside the filters, not among them",
    )
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


def asked(filters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sorted(filters.items()) if value is not None}


@search_key.right
def as_a_query_string(user: Any, filters: Any) -> str:
    return f"search:{user}:{urlencode(asked(filters))}"


@search_key.right
def as_pairs(user: Any, filters: Any) -> str:
    return repr((user, sorted((name, value) for name, value in filters.items() if value is not None)))


@search_key.wrong("sort the filters")
def as_a_set(user: Any, filters: Any) -> str:
    return f"search:{user}:{frozenset((name, value) for name, value in filters.items() if value is not None)}"


@search_key.wrong("delete nothing from theirs")
def deletes_what_is_none(user: Any, filters: Any) -> str:
    for name in [name for name, value in filters.items() if value is None]:
        del filters[name]
    return json.dumps([user, filters], sort_keys=True)


@search_key.wrong("one text")
def a_tuple(user: Any, filters: Any) -> Any:
    return user, *asked(filters).items()


@search_key.wrong("sort the filters")
def as_it_comes(user: Any, filters: Any) -> str:
    return json.dumps([user, {name: value for name, value in filters.items() if value is not None}])


@search_key.wrong("leave out what is None")
def sorted_only(user: Any, filters: Any) -> str:
    return json.dumps([user, filters], sort_keys=True)


@search_key.wrong("zero is an answer")
def what_is_true(user: Any, filters: Any) -> str:
    return json.dumps([user, {name: value for name, value in sorted(filters.items()) if value}])


@search_key.wrong("the name of a filter")
def only_values(user: Any, filters: Any) -> str:
    return json.dumps([user, *asked(filters).values()])


@search_key.wrong("the user belongs")
def without_the_user(user: Any, filters: Any) -> str:
    return json.dumps(asked(filters))


@search_key.wrong("your separators")
def joined(user: Any, filters: Any) -> str:
    return f"search:{user}:" + "&".join(f"{name}={value}" for name, value in asked(filters).items())


@search_key.wrong("beside the filters")
def the_user_among_the_filters(user: Any, filters: Any) -> str:
    return json.dumps({"user": user, **asked(filters)})


@search_key.wrong("beside the filters")
def the_user_over_the_filters(user: Any, filters: Any) -> str:
    return json.dumps({**asked(filters), "user": user}, sort_keys=True)


@search_key.wrong("hashlib")
def hashed(user: Any, filters: Any) -> str:
    return f"search:{hash((user, *asked(filters).items()))}"


# --- nothing-there


@chapter.exercise("nothing-there")
def nothing_there(lab: Lab, answer: Any) -> Iterator[Finding]:
    answer = bounded(answer)
    there, missing = (uuid.uuid4().hex for _ in range(2))  # keys that no earlier try has left behind
    table, loads = {there: {"title": "A bright loft", "price": 80}}, 0

    def load(one: str) -> dict[str, Any] | None:
        nonlocal loads
        loads += 1
        return dict(table[one]) if one in table else None

    def views(one: str) -> tuple[Any, int]:
        """What three views show, or the one thing if they agree, and how many loads they took."""
        nonlocal loads
        loads = 0
        shown = [answer(lab.redis, load, one) for _ in range(3)]
        return (shown[0] if shown == shown[:1] * 3 else shown), loads

    yield Finding(
        "three views of a listing: one query",
        expected=(table[there], 1),
        happened=views(there),
        hint="look into the cache before you load, keep what you loaded, and give back a dict either way",
    )
    yield Finding(
        "three views of a listing that isn't there: one query",
        expected=(None, 1),
        happened=views(missing),
        hint="that there is none is an answer, too: keep it as a text of its own, such as the JSON null",
    )
    yield Finding(
        "a listing is kept for an hour at most, that there is none for a minute at most",
        expected=("an hour", "a minute"),
        happened=(kept_for(lab, there), kept_for(lab, missing)),
        hint="choose `ex` by what was found: 3600 or 60 seconds; without `ex` an entry never ends",
    )
    for one in (there, missing):
        lab.redis.expire(f"listing:{one}", 30)
        views(one)
    left = [int(lab.redis.ttl(f"listing:{one}")) for one in (there, missing)]
    yield Finding(
        "another view doesn't make it last longer",
        expected=True,
        happened=max(left) <= 30,
        hint="only a miss keeps an answer: whoever finds one leaves it, and its end, alone",
    )
    table[missing] = {"title": "A new flat", "price": 50}
    lab.redis.delete(f"listing:{missing}")
    yield Finding(
        "the listing is made, and the writer deletes `listing:ID`: it is shown at once",
        expected=(table[missing], 1),
        happened=views(missing),
        hint="the writer knows one key: keep both answers under `listing:ID`",
    )


def kept_for(lab: Lab, one: str) -> str:
    seconds = int(lab.redis.ttl(f"listing:{one}"))
    if seconds < 0:
        return "not kept under that key" if seconds == -2 else "for ever"
    return "a minute" if seconds <= 60 else "an hour" if seconds <= 3600 else "longer"


@nothing_there.right
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


@nothing_there.wrong("look into the cache")
def loads_each_time(cache: Any, load: Any, one: str) -> Any:
    listing = load(one)
    cache.set(f"listing:{one}", json.dumps(listing), ex=3600 if listing else 60)
    return listing


@nothing_there.wrong("is an answer, too")
def keeps_what_is_there(cache: Any, load: Any, one: str) -> Any:
    kept = cache.get(f"listing:{one}")
    if kept is not None:
        return json.loads(kept)
    listing = load(one)
    if listing is not None:
        cache.set(f"listing:{one}", json.dumps(listing), ex=3600)
    return listing


@nothing_there.wrong("is an answer, too")
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


@nothing_there.wrong("by what was found")
def none_for_an_hour(cache: Any, load: Any, one: str) -> Any:
    return keeping(cache, load, one, ex=3600)


@nothing_there.wrong("by what was found")
def for_ever(cache: Any, load: Any, one: str) -> Any:
    return keeping(cache, load, one)


@nothing_there.wrong("only a miss keeps")
def keeps_it_with_each_view(cache: Any, load: Any, one: str) -> Any:
    kept = cache.get(f"listing:{one}")
    listing = load(one) if kept is None else json.loads(kept)
    cache.set(f"listing:{one}", json.dumps(listing), ex=3600 if listing else 60)
    return listing


@nothing_there.wrong("one key")
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


# --- after-what

PLACES = """
    create table places (id int primary key, price int not null);
    create table price_log (price int not null check (price <= 500));
    insert into places values (7, 100)
"""
# A slip such as a second connection that waits for the first must end in words, not in silence.
BOUNDED = "-c search_path=scratch -c lock_timeout=2s -c statement_timeout=5s"


class Trial:
    """One call of a learner's function, with all that it needs, and what came of it.

    outcome: "no error", "refused", or another error in words. saved: the price and the log afterwards.
    cleared: the keys, one a clear. loaded: the price that a reader loads right after each clear.
    """

    def __init__(self, lab: Lab, answer: Callable[..., Any], price: int, redis_is_down: bool = False) -> None:
        self.lab, self.redis_is_down = lab, redis_is_down
        self.cleared: list[str] = []
        self.loaded: list[int] = []
        self._opened: list[psycopg.Connection[Any]] = []
        with scratch_tables(lab, PLACES):
            self.outcome = self._call(answer, price)
            self.saved = (self._read("places")[0], self._read("price_log"))

    def _call(self, answer: Callable[..., Any], price: int) -> str:
        try:
            bounded(answer)(self._connect, self._clear, price)
        except Exception as error:
            return "refused" if isinstance(error, psycopg.errors.CheckViolation) else said(error)
        finally:
            for connection in self._opened:  # one that was left open would hold its locks
                connection.close()
        return "no error"

    def _connect(self) -> psycopg.Connection[Any]:
        self._opened.append(self.lab.connect(options=BOUNDED))
        return self._opened[-1]

    def _clear(self, key: str) -> None:
        self.cleared.append(key)
        self.loaded += self._read("places")
        if self.redis_is_down:
            raise redis.ConnectionError("Redis does not answer")

    def _read(self, table: str) -> list[int]:
        """The prices that everybody else reads in a table at this moment."""
        with self.lab.connect(options=BOUNDED) as other:
            return [row[0] for row in other.execute(f"select price from {table}".encode()).fetchall()]


@chapter.exercise("after-what")
def after_what(lab: Lab, answer: Any) -> Iterator[Finding]:
    trial = Trial(lab, answer, 90)
    yield Finding(
        "a new price is saved and logged, and its key is cleared once",
        expected=("no error", (90, [90]), ["price:7"]),
        happened=(trial.outcome, trial.saved, trial.cleared),
        hint='save and log on one connection, and call clear("price:7") once; a `with connect()` commits at its end',
    )
    yield Finding(
        "a reader that comes right after the clear loads the new price",
        expected=[90],
        happened=trial.loaded,
        hint="until the commit everybody else reads the old price: clear on the line after the `with`, not in it or "
        "before it",
    )
    trial = Trial(lab, answer, 900)
    yield Finding(
        "the log refuses a price: nothing is changed",
        expected=(100, []),
        happened=trial.saved,
        hint="both statements belong to one transaction, so that they happen together or not at all",
    )
    yield Finding(
        "the log refuses a price: nothing is cleared",
        expected=[],
        happened=trial.cleared,
        hint="clear only what was committed: not within the `with`, and not in a `finally`, which runs in any case",
    )
    yield Finding(
        "the log refuses a price: the caller hears of it",
        expected="refused",
        happened=trial.outcome,
        hint="let the error pass, or Hana believes that her price was taken",
    )
    trial = Trial(lab, answer, 90, redis_is_down=True)
    yield Finding(
        "Redis is down when the key is to be cleared: the new price stands",
        expected=(90, [90]),
        happened=trial.saved,
        hint="a clear that fails must find the change committed",
    )


UPDATE, LOG = "update places set price = %s where id = 7", "insert into price_log values (%s)"


@after_what.right
def commits_by_hand(connect: Any, clear: Any, price: int) -> None:
    db = connect()
    try:
        db.execute(UPDATE, [price])
        db.execute(LOG, [price])
        db.commit()
    finally:
        db.close()
    clear("price:7")


@after_what.right
def does_without_redis(connect: Any, clear: Any, price: int) -> None:
    with connect() as db, db.transaction():
        db.execute(UPDATE, [price])
        db.execute(LOG, [price])
    try:
        clear("price:7")
    except redis.RedisError:
        return


@after_what.wrong("after the `with`")
def clears_first(connect: Any, clear: Any, price: int) -> None:
    clear("price:7")
    with connect() as db:
        db.execute(UPDATE, [price])
        db.execute(LOG, [price])


@after_what.wrong("after the `with`")
def clears_last_within(connect: Any, clear: Any, price: int) -> None:
    with connect() as db:
        db.execute(UPDATE, [price])
        db.execute(LOG, [price])
        clear("price:7")


@after_what.wrong("call clear")
def never_clears(connect: Any, clear: Any, price: int) -> None:
    with connect() as db:
        db.execute(UPDATE, [price])
        db.execute(LOG, [price])


@after_what.wrong("call clear")
def does_not_commit(connect: Any, clear: Any, price: int) -> None:
    db = connect()
    db.execute(UPDATE, [price])
    db.execute(LOG, [price])
    clear("price:7")


@after_what.wrong("on one connection")
def waits_for_itself(connect: Any, clear: Any, price: int) -> None:
    with connect() as db, connect() as other:
        db.execute(UPDATE, [price])
        other.execute("select from places for update")
        other.execute(LOG, [price])
    clear("price:7")


@after_what.wrong("one transaction")
def two_transactions(connect: Any, clear: Any, price: int) -> None:
    with connect() as db:
        db.execute(UPDATE, [price])
    clear("price:7")
    with connect() as db:
        db.execute(LOG, [price])


@after_what.wrong("finally")
def clears_in_any_case(connect: Any, clear: Any, price: int) -> None:
    try:
        with connect() as db:
            db.execute(UPDATE, [price])
            db.execute(LOG, [price])
    finally:
        clear("price:7")


@after_what.wrong("let the error pass")
def swallows_the_refusal(connect: Any, clear: Any, price: int) -> None:
    try:
        with connect() as db:
            db.execute(UPDATE, [price])
            db.execute(LOG, [price])
    except psycopg.Error:
        return
    clear("price:7")
