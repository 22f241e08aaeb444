"""Mutations of 40-caching: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "40-caching"
COMMITS = """    save(price)
    yield "commits", price
"""
CLEARS = """    cache.set("generation:7", uuid4().hex, ex=120)
    yield "clears", price"""
CHANGES = [
    Change("the pipeline sends each command by itself", "pipeline.get(key)", "cache.get(key)"),
    Change(
        "the search keeps nothing",
        "    cache.set(key, json.dumps(found), ex=60)\n    return found",
        "    return found",
    ),
    Change(
        "the fault is taken out: the reader keeps nothing",
        '        cache.set("price:7", price, ex=60)\n        yield "keeps", price',
        '        yield "keeps", price',
    ),
    Change(
        "a false cure is none any more: it deletes after the commit, too",
        '    yield "deletes the key", price\n' + COMMITS.rstrip(),
        '    yield "deletes the key", price\n    save(price)\n    cache.delete("price:7")\n    yield "commits", price',
    ),
    Change(
        "the generation is asked for after the load",
        "json.dumps([generation, price])",
        'json.dumps([cache.get("generation:7"), price])',
    ),
    Change("the new generation comes before the commit", COMMITS + CLEARS, CLEARS + "\n" + COMMITS.rstrip()),
    Change("the lease is left where it is", "cache.delete(*KEYS)", 'cache.delete("price:7")'),
    Change(
        "the clear within the transaction comes after it",
        '        cache.set("generation:7", uuid4().hex, ex=120)\n        yield "clears", price\n',
        '        yield "saves", price\n    cache.set("generation:7", uuid4().hex, ex=120)\n',
    ),
    Change("the lease is not looked at", "store(KEYS, [token, price, 60])", 'cache.set("price:7", price, ex=60)'),
    Change("there is no time to live", "json.dumps([generation, price]), ex=60)", "json.dumps([generation, price]))"),
    Change("the searches don't look at their generation", "found is None or born != generation", "found is None"),
    Change("the guest is not in the key", 'f"page:/bookings:{g}"', '"page:/bookings"'),
    Change("the first solution is spoiled", "if value is not None}", "if value}"),
    Change("the second solution is spoiled", "seconds = 60 if listing is None else 3600", "seconds = 3600"),
    Change(
        "the third solution is spoiled",
        '(%s)", [price])\n    clear("price:7")',
        '(%s)", [price])\n        clear("price:7")',
    ),
]
