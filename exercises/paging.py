"""The exercises of 21b-paging: the next page of a list that goes down, whether there is more, and a mixed order."""

from collections.abc import Iterator
from typing import Any

import psycopg

from nexus import Lab
from nexus.exercises import Chapter, Finding, ids_of, scratch_tables
from nexus.plan import explain

chapter = Chapter("21b-paging")
check = chapter.check

PAGE = 20


def next_page(
    db: psycopg.Connection[Any], columns: str, order: str, answer: Any, most: int, hint: str
) -> Iterator[Finding]:
    """Whether the answer gives the twenty rows after one in the midst of the list, in few visits and a total order."""
    listed = db.execute(f"select {columns} {order}".encode())
    names = [column.name for column in listed.description or ()]
    rows = listed.fetchall()
    # After the last row come some that equal it in the first column, and then others, within the next twenty.
    place = next(n for n in range(len(rows) // 2, len(rows)) if rows[n][0] == rows[n + 5][0] != rows[n + 10][0])
    last, ids = dict(zip(names, rows[place], strict=True)), [row[names.index("id")] for row in rows]
    wanted, found = ids[place + 1 : place + 1 + PAGE], ids_of(db.execute(answer, last))
    yield Finding(
        "the next twenty are found, in their order",
        expected=wanted,
        happened=found if len(found) <= PAGE else [*found[:PAGE], f"and {len(found) - PAGE} more"],
        hint=astray(ids, place, found),
    )
    if found == wanted:
        yield Finding(
            "without the index, they come in the same order",
            expected=wanted,
            happened=without_an_index(db, answer, last),
            hint="the order must be total: let the `id` decide between rows that are equal, as the task says",
        )
    visits = explain(db, answer, last).buffers  # type: ignore[arg-type]  # psycopg takes names as well
    expected = f"at most {most}"
    happened = expected if visits <= most else "more"
    yield Finding(f"it makes {expected} visits", expected, happened, hint)


def astray(ids: list[Any], last: int, found: list[Any]) -> str:
    """What to look at, where the rows that were found are not those that come after the last one."""
    places = [ids.index(one) for one in found if one in ids]
    if len(found) > PAGE:
        return "these are too many: end the query in `limit 20`"
    if last in places:
        return "the last row was shown already: ask for what comes after it, not for itself"
    if any(place < last for place in places):
        return "some come before the last row: where a column goes down, go on with what is smaller; else, with larger"
    if places != sorted(places) or min(places, default=0) > last + PAGE:
        return "these stand in another order: `order by` as the list is ordered"
    return "some are skipped. Compare both columns: among equals in the first, the second decides; else the first alone"


def without_an_index(db: psycopg.Connection[Any], answer: Any, last: dict[str, Any]) -> list[Any]:
    with db.transaction(force_rollback=True):
        for way in ("indexscan", "indexonlyscan", "bitmapscan"):
            db.execute(f"set local enable_{way} = off".encode())
        return ids_of(db.execute(answer, last))


# --- newest-first

# An id tells nothing of the time, nor does the place in the table.
MESSAGES = """
    create table messages as
    select n as id, '2026-02-20'::timestamp + (hashint4(n) & 1023) * interval '1 minute' as sent_at
    from generate_series(1, 50000) n order by hashint4(n + 1);
    create index on messages (sent_at, id)
"""


@chapter.exercise("newest-first")
def newest_first(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, MESSAGES) as db:
        yield from next_page(
            db,
            "sent_at, id",
            "from messages order by sent_at desc, id desc",
            answer,
            most=10,
            hint="compare the two columns as one row, `(a, b) < (c, d)`, so that it is a place in the index",
        )


NEXT = "order by sent_at desc, id desc limit 20"
AFTER = "(sent_at, id) < (%(sent_at)s, %(id)s)"
newest_first.right(f"select id from messages where row(sent_at, id) < row(%(sent_at)s, %(id)s) {NEXT};")
newest_first.right(f"select * from messages where (%(sent_at)s, %(id)s) > (sent_at, id) {NEXT}")
newest_first.right(
    f"select id from messages where sent_at <= %(sent_at)s and (sent_at < %(sent_at)s or id < %(id)s) {NEXT}"
)
newest_first.wrong("Compare both columns")(f"select id from messages where sent_at < %(sent_at)s {NEXT}")
newest_first.wrong("Compare both columns")(
    f"select id from messages where sent_at <= %(sent_at)s and id < %(id)s {NEXT}"
)
newest_first.wrong("go on with what is smaller")(
    f"select id from messages where (sent_at, id) > (%(sent_at)s, %(id)s) {NEXT}"
)
newest_first.wrong("go on with what is smaller")(f"select id from messages where id < %(id)s {NEXT}")
newest_first.wrong("go on with what is smaller")(f"select id from messages {NEXT} offset 20")
newest_first.wrong("was shown already")(f"select id from messages where (sent_at, id) <= (%(sent_at)s, %(id)s) {NEXT}")
newest_first.wrong("in another order")(f"select id from messages where {AFTER} order by sent_at, id limit 20")
newest_first.wrong("in another order")(f"select id from messages where {AFTER} order by sent_at, id desc limit 20")
newest_first.wrong("limit 20")(f"select id from messages where {AFTER} order by sent_at desc, id desc")
newest_first.wrong("the order must be total")(f"select id from messages where {AFTER} order by sent_at desc limit 20")
newest_first.wrong("as one row")(
    f"select id from messages where sent_at < %(sent_at)s or (sent_at = %(sent_at)s and id < %(id)s) {NEXT}"
)
newest_first.wrong("at which word it stumbled")(
    f"select id from messages where (sent_at, id) < ('%(sent_at)s', %(id)s) {NEXT}"
)


# --- is-there-more

# Not in their order, as a table has none of its own.
ITEMS = """
    create table items (id int primary key);
    insert into items select n * 3 from generate_series(1, {}) n order by hashint4(n)
"""
READ = """
    select sum(pg_stat_get_xact_tuples_returned(oid))::int from pg_class
    where relname in ('items', 'items_pkey') and relnamespace = 'scratch'::regnamespace
"""


@chapter.exercise("is-there-more")
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


LEFT = "select id from items where id > %s order by id limit"


@is_there_more.right
def asks_whether_any_is_left(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(f"{LEFT} 20", [cursor])]
    more = ids and db.execute("select exists (select from items where id > %s)", [ids[-1]]).fetchone()[0]
    return ids, ids[-1] if more else None


@is_there_more.right
def looks_at_the_largest(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(f"{LEFT} 20", [cursor])]
    (largest,) = db.execute("select max(id) from items").fetchone()
    return ids, ids[-1] if ids and ids[-1] < largest else None


@is_there_more.right
def begins_with_the_one_more(db: Any, cursor: int) -> Any:
    rows = db.execute("select id from items where id >= %s order by id limit 21", [cursor])
    ids = tuple(row[0] for row in rows)
    return ids[:20], ids[20] if len(ids) > 20 else None


@is_there_more.wrong("one row more")
def a_full_page_means_more(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(f"{LEFT} 20", [cursor])]
    return ids, ids[-1] if len(ids) == 20 else None


@is_there_more.wrong("one row more")
def shows_the_one_more(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(f"{LEFT} 21", [cursor])]
    return ids, ids[-1] if len(ids) > 20 else None


@is_there_more.wrong("after the last one that you showed")
def goes_on_after_the_one_more(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(f"{LEFT} 21", [cursor])]
    return ids[:20], ids[-1] if len(ids) > 20 else None


@is_there_more.wrong("all that are left")
def always_hides_the_last(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(f"{LEFT} 21", [cursor])]
    return ids[:-1], ids[-2] if len(ids) == 21 else None


@is_there_more.wrong("a list of ids")
def gives_rows(db: Any, cursor: int) -> Any:
    rows = db.execute(f"{LEFT} 21", [cursor]).fetchall()
    return rows[:20], rows[19][0] if len(rows) > 20 else None


@is_there_more.wrong("order by id")
def asks_for_no_order(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute("select id from items where id > %s limit 21", [cursor])]
    return ids[:20], ids[19] if len(ids) > 20 else None


@is_there_more.wrong("found by its value")
def skips_by_number(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute("select id from items order by id limit 21 offset %s", [cursor])]
    return ids[:20], cursor + 20 if len(ids) > 20 else None


@is_there_more.wrong("no `count`")
def counts_what_is_left(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(f"{LEFT} 20", [cursor])]
    (left,) = db.execute("select count(*) from items where id > %s", [cursor]).fetchone()
    return ids, ids[-1] if left > 20 else None


@is_there_more.wrong("twenty-one rows")
def reads_all_that_are_left(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute("select id from items where id > %s order by id", [cursor])]
    return ids[:20], ids[19] if len(ids) > 20 else None


@is_there_more.wrong("look at what it returns")
def forgets_the_cursor(db: Any, cursor: int) -> Any:
    return [row[0] for row in db.execute(f"{LEFT} 20", [cursor])]


# --- best-first

RATED = """
    create table rated as select n as id, hashint4(n) & 4095 as rating from generate_series(1, 50000) n
    order by hashint4(n + 1);
    create index on rated (rating desc, id)
"""
BEST = "order by rating desc, id limit 20"


@chapter.exercise("best-first")
def best_first(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, RATED) as db:
        yield from next_page(
            db,
            "rating, id",
            "from rated order by rating desc, id",
            answer,
            most=30,
            hint="add a condition on the rating alone that is true for all rows from the last one on: `rating <= ...`",
        )


best_first.right(
    f"""select id from rated
        where rating <= %(rating)s and not (rating = %(rating)s and id <= %(id)s) {BEST}"""
)
best_first.right(
    f"select id from rated where (rating <> %(rating)s or id > %(id)s) and rating between 0 and %(rating)s {BEST}"
)
best_first.right(
    f"""(select id, rating from rated where rating = %(rating)s and id > %(id)s order by id limit 20)
        union all (select id, rating from rated where rating < %(rating)s {BEST}) {BEST}"""
)
best_first.wrong("on the rating alone")(
    f"select id from rated where rating < %(rating)s or (rating = %(rating)s and id > %(id)s) {BEST}"
)
best_first.wrong("on the rating alone")(f"select id from rated where (-rating, id) > (-%(rating)s, %(id)s) {BEST}")
best_first.wrong("where a column goes down")(f"select id from rated where (rating, id) < (%(rating)s, %(id)s) {BEST}")
best_first.wrong("where a column goes down")(
    f"select id from rated where rating >= %(rating)s and (rating > %(rating)s or id > %(id)s) {BEST}"
)
best_first.wrong("Compare both columns")(f"select id from rated where rating < %(rating)s {BEST}")
best_first.wrong("Compare both columns")(f"select id from rated where rating <= %(rating)s and id > %(id)s {BEST}")
best_first.wrong("was shown already")(
    f"select id from rated where rating <= %(rating)s and (rating < %(rating)s or id >= %(id)s) {BEST}"
)
best_first.wrong("the order must be total")(
    """select id from rated where rating <= %(rating)s and (rating < %(rating)s or id > %(id)s)
       order by rating desc limit 20"""
)
