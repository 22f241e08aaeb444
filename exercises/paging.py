"""The exercises of 21b-paging: the next page of a list that goes down, whether there is more, and a mixed order."""

from collections.abc import Iterator
from typing import Any

import psycopg

from nexus import Lab
from nexus.exercises import Chapter, Finding, scratch_tables
from nexus.plan import explain

chapter = Chapter("21b-paging")
check = chapter.check


def same_rows(db: psycopg.Connection[Any], query: str, answer: Any, last: dict[str, Any]) -> Finding:
    """Whether the answer gives the twenty rows after the last one, of all rows in the order of the query."""
    rows = db.execute(query.encode()).fetchall()
    place = next(place for place, row in enumerate(rows) if row[0] == last["id"])
    return Finding(
        "the next twenty are found, in their order",
        expected=[row[0] for row in rows[place + 1 : place + 21]],
        happened=[row[0] for row in db.execute(answer, last).fetchall()],
        hint="compare both columns: rows that are equal in the first one lie on both sides of the last row",
    )


def few_visits(visits: int, most: int, hint: str) -> Finding:
    expected = f"at most {most}"
    happened = expected if visits <= most else "more"
    return Finding(f"it makes {expected} visits to pages", expected, happened, hint)


# --- newest-first

MESSAGES = """
    create table messages as
    select n as id, '2026-02-20'::timestamp + n / 50 * interval '1 minute' as sent_at from generate_series(1, 50000) n;
    create index on messages (sent_at, id)
"""


@chapter.exercise("newest-first")
def newest_first(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, MESSAGES) as db:
        sent_at = db.execute("select sent_at from messages where id = 10020").fetchone()
        last = {"id": 10020, "sent_at": sent_at and sent_at[0]}
        yield same_rows(db, "select id from messages order by sent_at desc, id desc", answer, last)
        visits = explain(db, answer, last).buffers  # type: ignore[arg-type]  # psycopg takes names as well
    yield few_visits(
        visits,
        most=10,
        hint="compare the two columns as one row, `(a, b) < (c, d)`, so that it is a place in the index",
    )


NEXT = "order by sent_at desc, id desc limit 20"
newest_first.right(f"select id from messages where row(sent_at, id) < row(%(sent_at)s, %(id)s) {NEXT}")
newest_first.wrong("compare both columns")(f"select id from messages where sent_at < %(sent_at)s {NEXT}")
newest_first.wrong("compare both columns")(
    f"select id from messages where (sent_at, id) > (%(sent_at)s, %(id)s) {NEXT}"
)
newest_first.wrong("as one row")(
    f"select id from messages where sent_at < %(sent_at)s or (sent_at = %(sent_at)s and id < %(id)s) {NEXT}"
)


# --- is-there-more


@chapter.exercise("is-there-more")
def is_there_more(lab: Lab, answer: Any) -> Iterator[Finding]:
    for items in (45, 40, 0):
        with scratch_tables(lab, f"create table items as select n * 3 as id from generate_series(1, {items}) n") as db:
            pages: list[list[int]] = []
            cursor = 0
            while cursor is not None and len(pages) < 5:
                ids, cursor = answer(db, cursor)
                pages.append(ids)
        shown = [one for page in pages for one in page]
        ids = [n * 3 for n in range(1, items + 1)]
        expected = [ids[start : start + 20] for start in range(0, max(items, 1), 20)]
        yield Finding(
            f"of {items} items, each is on a page once",
            expected=(ids, []),
            happened=(sorted(set(shown)), repeated(shown)),
            hint="go on after the last one that you showed",
        )
        yield Finding(
            f"{items} items are read in {len(expected)} page{'s' * (len(expected) > 1)}",
            expected=list(map(len, expected)),
            happened=list(map(len, pages)),
            hint="show twenty; the cursor is None when no row is left after them: one row more than you show can tell",
        )


def repeated(ids: list[int]) -> list[int]:
    return sorted({one for one in ids if ids.count(one) > 1})


ONE_MORE = "select id from items where id > %s order by id limit 21"


@is_there_more.right
def counts_what_is_left(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute("select id from items where id > %s order by id limit 20", [cursor])]
    more = ids and db.execute("select exists (select from items where id > %s)", [ids[-1]]).fetchone()[0]
    return ids, ids[-1] if more else None


@is_there_more.wrong("one row more")
def a_full_page_means_more(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute("select id from items where id > %s order by id limit 20", [cursor])]
    return ids, ids[-1] if len(ids) == 20 else None


@is_there_more.wrong("one row more")
def shows_the_one_more(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(ONE_MORE, [cursor])]
    return ids, ids[-1] if len(ids) > 20 else None


@is_there_more.wrong("after the last one that you showed")
def goes_on_after_the_one_more(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(ONE_MORE, [cursor])]
    return ids[:20], ids[-1] if len(ids) > 20 else None


# --- best-first

RATED = """
    create table rated as select n as id, hashint4(n) & 4095 as rating from generate_series(1, 50000) n;
    create index on rated (rating desc, id)
"""
BEST = "order by rating desc, id limit 20"


@chapter.exercise("best-first")
def best_first(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch_tables(lab, RATED) as db:
        order = "select id, rating from rated order by rating desc, id"
        middle = db.execute(f"{order} offset 25000 limit 1".encode()).fetchone() or (0, 0)
        last = {"id": middle[0], "rating": middle[1]}
        yield same_rows(db, order, answer, last)
        visits = explain(db, answer, last).buffers  # type: ignore[arg-type]  # psycopg takes names as well
    yield few_visits(
        visits,
        most=30,
        hint="add a condition on the rating alone that is true for all rows from the last one on: `rating <= ...`",
    )


best_first.wrong("on the rating alone")(
    f"select id from rated where rating < %(rating)s or (rating = %(rating)s and id > %(id)s) {BEST}"
)
best_first.wrong("compare both columns")(f"select id from rated where (rating, id) < (%(rating)s, %(id)s) {BEST}")
best_first.wrong("compare both columns")(f"select id from rated where rating < %(rating)s {BEST}")
