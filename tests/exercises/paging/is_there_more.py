"""Right and wrong answers to is-there-more of 21b-paging."""

from typing import Any

from exercises.paging.is_there_more import is_there_more
from tests.exercises.answers import Answers

answers = Answers(is_there_more)

LEFT = "select id from items where id > %s order by id limit"


@answers.right
def asks_whether_any_is_left(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(f"{LEFT} 20", [cursor])]
    more = ids and db.execute("select exists (select from items where id > %s)", [ids[-1]]).fetchone()[0]
    return ids, ids[-1] if more else None


@answers.right
def looks_at_the_largest(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(f"{LEFT} 20", [cursor])]
    (largest,) = db.execute("select max(id) from items").fetchone()
    return ids, ids[-1] if ids and ids[-1] < largest else None


@answers.right
def begins_with_the_one_more(db: Any, cursor: int) -> Any:
    rows = db.execute("select id from items where id >= %s order by id limit 21", [cursor])
    ids = tuple(row[0] for row in rows)
    return ids[:20], ids[20] if len(ids) > 20 else None


@answers.wrong("one row more")
def a_full_page_means_more(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(f"{LEFT} 20", [cursor])]
    return ids, ids[-1] if len(ids) == 20 else None


@answers.wrong("one row more")
def shows_the_one_more(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(f"{LEFT} 21", [cursor])]
    return ids, ids[-1] if len(ids) > 20 else None


@answers.wrong("after the last one that you showed")
def goes_on_after_the_one_more(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(f"{LEFT} 21", [cursor])]
    return ids[:20], ids[-1] if len(ids) > 20 else None


@answers.wrong("all that are left")
def always_hides_the_last(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(f"{LEFT} 21", [cursor])]
    return ids[:-1], ids[-2] if len(ids) == 21 else None


@answers.wrong("a list of ids")
def gives_rows(db: Any, cursor: int) -> Any:
    rows = db.execute(f"{LEFT} 21", [cursor]).fetchall()
    return rows[:20], rows[19][0] if len(rows) > 20 else None


@answers.wrong("order by id")
def asks_for_no_order(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute("select id from items where id > %s limit 21", [cursor])]
    return ids[:20], ids[19] if len(ids) > 20 else None


@answers.wrong("found by its value")
def skips_by_number(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute("select id from items order by id limit 21 offset %s", [cursor])]
    return ids[:20], cursor + 20 if len(ids) > 20 else None


@answers.wrong("no `count`")
def counts_what_is_left(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute(f"{LEFT} 20", [cursor])]
    (left,) = db.execute("select count(*) from items where id > %s", [cursor]).fetchone()
    return ids, ids[-1] if left > 20 else None


@answers.wrong("twenty-one rows")
def reads_all_that_are_left(db: Any, cursor: int) -> Any:
    ids = [row[0] for row in db.execute("select id from items where id > %s order by id", [cursor])]
    return ids[:20], ids[19] if len(ids) > 20 else None


@answers.wrong("look at what it returns")
def forgets_the_cursor(db: Any, cursor: int) -> Any:
    return [row[0] for row in db.execute(f"{LEFT} 20", [cursor])]
