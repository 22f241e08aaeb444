"""Mutations of 21-indexes: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "21-indexes"
CHANGES = [
    Change(
        "the fault is taken out: there is an index already",
        "without = lab.plan(by_host)",
        "lab.sql('create index on listings (host_id)')\nwithout = lab.plan(by_host)",
    ),
    Change(
        "the fix is broken: the index is on another column",
        'index("by_host", listings.c.host_id)',
        'index("by_host", listings.c.city)',
    ),
    Change(
        "the columns are in the wrong order",
        'index("by_city_price", listings.c.city, listings.c.price)',
        'index("by_city_price", listings.c.price, listings.c.city)',
    ),
    Change(
        "the count is made with the same order twice",
        "wrong = visits_with(listings.c.price, listings.c.city)",
        "wrong = visits_with(listings.c.city, listings.c.price)",
    ),
    Change("the partial index is on another part", "postgresql_where=waiting", "postgresql_where=~waiting"),
    Change("the writers pay for an index less", "[:indexes]", "[1:indexes]"),
    Change("the index covers nothing", 'postgresql_include=["title"]', 'postgresql_include=["status"]'),
    Change(
        "the index that is ignored is used", 'func.lower(listings.c.city) == "city 7"', 'listings.c.city == "City 7"'
    ),
    Change("the first solution is spoiled", "on messages (conversation_id, sent_at)", "on messages (conversation_id)"),
    Change("the second solution is spoiled", "sent_at < '2026-03-02'", "sent_at <= '2026-03-02'"),
    Change("the third solution is spoiled", " include (body) where not is_read", " where not is_read"),
]
