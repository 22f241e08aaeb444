"""Mutations of 21b-paging: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "21b-paging"
CHANGES = [
    Change("the fault is taken out: nothing is written meanwhile", "        lab.sql(happens)\n", ""),
    Change(
        "the order is total after all",
        "from market order by price limit 20 offset %s",
        "from market order by price, id limit 20 offset %s",
    ),
    Change("the key keeps still", "set price = 1 where id", "set price = price where id"),
    Change(
        "the fix is broken: it compares the price alone",
        "from market where (price, id) > (%s, %s)",
        "from market where price > %s and id > -%s",
    ),
    Change(
        "the row comparison becomes the form with or",
        "from listings where (price, id) > ({price}, {id})",
        "from listings where price > {price} or (price = {price} and id > {id})",
    ),
    Change("there is no index in the order of the list", "create index by_price on listings (price, id)", "select 1"),
    Change(
        "the first solution is spoiled",
        "where (sent_at, id) < (%(sent_at)s, %(id)s)",
        "where (sent_at, id) <= (%(sent_at)s, %(id)s)",
    ),
    Change("the second solution is spoiled", "if len(rows) > 20 else None", "if len(rows) >= 20 else None"),
    Change("the third solution is spoiled", "where rating <= %(rating)s and", "where true and"),
]
