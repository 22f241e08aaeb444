"""is-there-more: pages with a cursor that is None on the last one, and on no other."""

from collections.abc import Iterator
from typing import Any

import psycopg

from exercises.paging.pages import PAGE
from nexus import Lab
from nexus.exercises import Finding, exercise, scratch_tables

# Not in their order, as a table has none of its own.
ITEMS = """
    create table items (id int primary key);
    insert into items select n * 3 from generate_series(1, {}) n order by hashint4(n)
"""
READ = """
    select sum(pg_stat_get_xact_tuples_returned(oid))::int from pg_class
    where relname in ('items', 'items_pkey') and relnamespace = 'scratch'::regnamespace
"""


@exercise("is-there-more")
def is_there_more(lab: Lab, answer: Any) -> Iterator[Finding]:
    right = True
    for items in (45, 40, 0):
        ids = [n * 3 for n in range(1, items + 1)]
        expected = [ids[start : start + PAGE] for start in range(0, max(items, 1), PAGE)]
        with scratch_tables(lab, ITEMS.format(items)) as db:
            pages = walk(db, answer, most=5)
        whole = all_once(items, ids, [one for page in pages for one in page])
        counted = Finding(
            f"{items} items are read in {len(expected)} page{'s' * (len(expected) > 1)}",
            expected=list(map(len, expected)),
            happened=list(map(len, pages)),
            hint="show twenty; the cursor is None when no row is left after them: one row more than you show can tell",
        )
        right = right and whole.passed and counted.passed
        yield whole
        yield counted
    if right:
        yield little_is_read(lab, answer)


def walk(db: psycopg.Connection[Any], page: Any, most: int) -> list[list[Any]]:
    pages: list[list[Any]] = []
    cursor = 0
    while cursor is not None and len(pages) < most:
        ids, cursor = page(db, cursor)
        pages.append(list(ids))
    return pages


def all_once(items: int, ids: list[int], shown: list[Any]) -> Finding:
    slips = {
        "no id": [one for one in shown if one not in ids],
        "missing": [one for one in ids if one not in shown],
        "twice": sorted({one for one in shown if one in ids and shown.count(one) > 1}),
    }
    said = "; ".join(f"{slip}: {', '.join(map(str, found[:3]))}" for slip, found in slips.items() if found)
    if slips["no id"]:
        hint = "a page is a list of ids: of each row, `row[0]`"
    elif shown != sorted(shown):
        hint = "`order by id`: a table has no order of its own"
    else:
        hint = "go on after the last one that you showed, and show all that are left on the last page"
    right = "all of them, in order"
    happened = said or (right if shown == ids else "all of them, in another order")
    return Finding(f"of {items} items, each is on a page once", right, happened, hint)


def little_is_read(lab: Lab, answer: Any) -> Finding:
    """Whether a page looks at no more rows than it needs. All before it, or all after it, are many more."""
    with scratch_tables(lab, ITEMS.format(1000)) as db:
        db.execute("vacuum analyze items")
        with db.transaction():
            ((before,),) = db.execute(READ).fetchall()
            walk(db, answer, most=60)
            ((after,),) = db.execute(READ).fetchall()
    expected = "at most 5000 in all"
    return Finding(
        "of 1000 items, each of the 50 pages looks at few rows",
        expected,
        expected if after - before <= 5000 else "more",
        hint="no `offset`, no `count`: twenty-one rows after the cursor, found by its value, say everything",
    )
