"""The exercises of 20-schema: find contradictions, say what decides what, write a link table."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Integer, MetaData, Table, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from nexus import Lab
from nexus.exercises import Chapter, Finding, accepts, run, said, scratch

chapter = Chapter("20-schema")
check = chapter.check


# --- contradictions

HOSTS = """
    insert into sheet (host_email, host_name, listing, city) values
    ('one@example.com', 'Only', 'Hut', 'Oslo'),
    ('many@example.com', 'Same', 'Inn', 'Rome'), ('many@example.com', 'Same', 'Inn', 'Rome'),
    ('many@example.com', 'Same', 'Loft', 'Bari'),
    ('two@example.com', 'Before', 'Mill', 'Brno'), ('two@example.com', 'After', 'Yurt', 'Graz'),
    ('three@example.com', 'A', 'Barn', 'Bonn'), ('three@example.com', 'B', 'Barn', 'Bonn'),
    ('three@example.com', 'C', 'Cave', 'Nice'), ('three@example.com', 'C', 'Cave', 'Nice')
"""


@chapter.exercise("contradictions")
def contradictions(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch(lab) as db:
        db.exec_driver_sql(
            "create table sheet (host_email text, host_name text, listing text, city text, price numeric,"
            " guest_email text, guest_name text, stay daterange, total numeric, rating int)"
        )
        db.exec_driver_sql(HOSTS)
        found = [row[0] for row in run(db, answer)]
    yield Finding(
        "a host with one name is not listed, however many bookings there are",
        expected=[],
        happened=sorted({"one@example.com", "many@example.com"} & set(found)),
        hint="`count(*)` counts bookings; you want to count names, each different one once",
    )
    yield Finding(
        "a host with two names is listed, and one with three",
        expected=["three@example.com", "two@example.com"],
        happened=sorted({"two@example.com", "three@example.com"} & set(found)),
        hint="more than one means two or more, over all listings of the host; the address is the first column",
    )
    yield Finding(
        "each address is listed once",
        expected=len(set(found)),
        happened=len(found),
        hint="group by the address, so that each is one row of the answer",
    )


DIFFERENT = "from sheet a join sheet b using (host_email) where a.host_name <> b.host_name"
contradictions.right(f"select distinct host_email {DIFFERENT}")
contradictions.wrong("count names")("select host_email from sheet group by host_email having count(*) > 1")
contradictions.wrong("count names")("select distinct host_email from sheet")
contradictions.wrong("two or more")("select host_email from sheet group by 1 having count(distinct host_name) > 2")
contradictions.right(
    "SELECT host_email, count(*) FROM sheet WHERE host_email LIKE '%@%'"
    " GROUP BY host_email HAVING min(host_name) <> max(host_name);"
)
contradictions.wrong("over all listings")(
    "select host_email from sheet group by host_email, listing having count(distinct host_name) > 1"
)
contradictions.wrong("the first column")("select host_name, host_email from sheet")
contradictions.wrong("group by the address")(f"select host_email {DIFFERENT}")


# --- what-decides

ORDERS = """
    insert into orders values
    (1, 'ann@example.com', 'Ann', 'i1', 'Dune', 20, 20, 1), (1, 'ann@example.com', 'Ann', 'i2', 'Emma', 10, 9, 2),
    (2, 'bob@example.com', 'Bob', 'i1', 'Dune', 20, 18, 1), (2, 'bob@example.com', 'Bob', 'i3', 'Emma', 15, 15, 1),
    (3, 'ann2@example.com', 'Ann', 'i2', 'Emma', 10, 10, 3), (3, 'ann2@example.com', 'Ann', 'i4', 'Ulysses', 20, 20, 1),
    (4, 'ann@example.com', 'Ann', 'i1', 'Dune', 20, 18, 2), (4, 'ann@example.com', 'Ann', 'i4', 'Ulysses', 20, 17, 5),
    (5, 'bob@example.com', 'Bob', 'i2', 'Emma', 10, 10, 4), (5, 'bob@example.com', 'Bob', 'i3', 'Emma', 15, 10, 6),
    (6, 'ann@example.com', 'Ann', 'i3', 'Emma', 15, 12, 1), (6, 'ann@example.com', 'Ann', 'i2', 'Emma', 10, 8, 1)
"""
ORDER_COLUMNS = ("order_no", "email", "name", "isbn", "title", "list_price", "paid", "copies")


@chapter.exercise("what-decides")
def what_decides(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch(lab) as db:
        db.exec_driver_sql(
            "create table orders (order_no int, email text, name text, isbn text, title text,"
            " list_price numeric, paid numeric, copies int)"
        )
        db.exec_driver_sql(ORDERS)
        for column in ORDER_COLUMNS:
            if column not in ("order_no", "isbn"):
                named = answer[column]
                yield decided(db, column, {named} if isinstance(named, str) else {*named})


def decided(db: Connection, column: str, by: set[str]) -> Finding:
    """Whether these columns decide that one: all of them needed, and none of them only by way of another."""
    what, expected = f"{column} is decided by {' and '.join(sorted(by)) or 'nothing'}", "directly, no less, no more"
    if not by or column in by:
        return Finding(what, expected, "that decides nothing", "name other columns, one or more, that decide it")
    if unknown := by - set(ORDER_COLUMNS):
        return Finding(what, expected, f"no column {', '.join(sorted(unknown))}", "use the names of the columns")
    if not decides(db, by, column):
        happened = f"two lines agree in {' and '.join(sorted(by))} and differ in {column}"
        return Finding(what, expected, happened, "what else must you know to be sure of the value?")
    for one in sorted(by):
        if decides(db, by - {one}, column):
            rest = " and ".join(sorted(by - {one}))
            return Finding(what, expected, f"{rest} is enough", "leave out what isn't needed")
    for between in sorted(set(ORDER_COLUMNS) - by - {column}):
        by_way = decides(db, by, between) and decides(db, {between}, column)
        if by_way and not all(decides(db, {between}, one) for one in by):
            return Finding(what, expected, f"only by way of {between}", "name the nearest: what decides it by itself?")
    return Finding(what, expected, expected, "")


def decides(db: Connection, by: set[str], column: str) -> bool:
    """Whether all lines that agree in `by` agree in the column."""
    keys = ", ".join(sorted(by)) or "()"
    query = f"select 1 from orders group by {keys} having count(distinct {column}) > 1"
    return db.exec_driver_sql(query).first() is None


SOLUTION = {
    "email": "order_no",
    "name": ("email",),
    "title": ["isbn"],
    "list_price": ["isbn"],
    "paid": ["isbn", "order_no"],
    "copies": ["isbn", "order_no"],
}
what_decides.right(SOLUTION)
what_decides.wrong("nearest")({**SOLUTION, "name": ["order_no"]})
what_decides.wrong("isn't needed")({**SOLUTION, "title": ["isbn", "order_no"]})
what_decides.wrong("what else")({**SOLUTION, "paid": ["isbn"]})
what_decides.wrong("what else")({**SOLUTION, "list_price": "paid"})
what_decides.wrong("what else")({**SOLUTION, "copies": {"order_no", "paid"}})
what_decides.wrong("what else")({**SOLUTION, "copies": {"order_no", "title"}})
what_decides.wrong("what else")({**SOLUTION, "paid": {"order_no", "title"}})
what_decides.wrong("what else")({**SOLUTION, "paid": {"order_no", "list_price"}})
what_decides.wrong("name other columns")({**SOLUTION, "name": "name"})
what_decides.wrong("name other columns")({**SOLUTION, "name": set()})
what_decides.wrong("names of the columns")({**SOLUTION, "email": ["order"]})


# --- amenities

LINKS = "insert into listing_amenities (listing_id, amenity_id) values "


@chapter.exercise("amenities")
def amenities(lab: Lab, answer: Any) -> Iterator[Finding]:
    metadata, problem = tables_of(answer)
    yield Finding(
        "the design is a set of tables",
        expected="no exception",
        happened=problem,
        hint="hand over the function itself; it returns `Base.metadata`, and each of its classes has a `primary_key`",
    )
    columns = {name: sorted(table.columns.keys()) for name, table in metadata.tables.items()}
    wanted = {"amenities": ["id", "name"], "listing_amenities": ["amenity_id", "listing_id"]}
    yield Finding(
        "the tables are there",
        expected=wanted,
        happened={name: columns[name] for name in wanted if name in columns},
        hint="two more classes, with these __tablename__s and these columns",
    )
    yield Finding(
        "the text column is gone",
        expected=False,
        happened="amenities" in columns.get("listings", ()),
        hint="what stands in the link table must not stand in `listings` as well: a copy could disagree",
    )
    if set(wanted) <= set(columns):
        with scratch(lab) as db:
            metadata.create_all(db)
            db.exec_driver_sql("insert into listings (id) values (1), (2), (3)")
            db.exec_driver_sql("insert into amenities (id, name) values (1, 'wifi'), (2, 'sauna')")
            yield from pairs_are_kept(db)


def tables_of(answer: Any) -> tuple[MetaData, str]:
    """The tables that the learner's function designs, and what was wrong with it in a line."""
    try:
        metadata = answer()
        metadata.sorted_tables  # noqa: B018 - a ForeignKey that names no table is found here
    except Exception as error:
        return MetaData(), said(error)
    return metadata, "no exception"


def pairs_are_kept(db: Connection) -> Iterator[Finding]:
    yield Finding(
        "a second 'wifi' is refused",
        expected=False,
        happened=accepts(db, "insert into amenities (id, name) values (3, 'wifi')"),
        hint="a name exists once: make it unique",
    )
    yield Finding(
        "an amenity without a name is refused",
        expected=False,
        happened=accepts(db, "insert into amenities (id, name) values (3, null)"),
        hint="a name must be there: Mapped[str], without None",
    )
    yield Finding(
        "one listing has two amenities, and two listings share one",
        expected=[True, True, True, True],
        happened=[accepts(db, LINKS + pair) for pair in ("(1, 1)", "(1, 2)", "(2, 1)", "(3, 1)")],
        hint="only the pair is unique, neither column alone; and each points at the table that its name says",
    )
    yield Finding(
        "the same pair again is refused",
        expected=False,
        happened=accepts(db, LINKS + "(1, 1)"),
        hint="make both columns the primary key, together",
    )
    yield Finding(
        "a pair with a listing or an amenity that is not there is refused",
        expected=[False, False],
        happened=[accepts(db, LINKS + pair) for pair in ("(99, 1)", "(2, 99)")],
        hint="both columns need a ForeignKey",
    )


def design(
    unique: bool = True, pair_is_key: bool = True, points: bool = True, swapped: bool = False, optional: bool = False
) -> MetaData:
    """A design with one thing or another left out."""
    metadata = MetaData()
    Table("listings", metadata, Column("id", Integer, primary_key=True))
    Table(
        "amenities",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", Text, unique=unique, nullable=optional),
    )
    targets = ["amenities.id", "listings.id"] if swapped else ["listings.id", "amenities.id"]
    pair = [
        Column(name, Integer, *([ForeignKey(target)] if points else []), primary_key=pair_is_key)
        for name, target in zip(("listing_id", "amenity_id"), targets, strict=True)
    ]
    Table("listing_amenities", metadata, *pair)
    return metadata


@amenities.wrong("two more classes")
def text_with_commas() -> MetaData:
    metadata = MetaData()
    Table("listings", metadata, Column("id", Integer, primary_key=True), Column("amenities", Text))
    return metadata


@amenities.wrong("a copy could disagree")
def the_text_too() -> MetaData:
    metadata = design()
    metadata.tables["listings"].append_column(Column("amenities", Text))
    return metadata


amenities.right(design)
amenities.wrong("make it unique")(partial(design, unique=False))
amenities.wrong("make both columns the primary key")(partial(design, pair_is_key=False))
amenities.wrong("both columns need a ForeignKey")(partial(design, points=False))
amenities.wrong("its name says")(partial(design, swapped=True))
amenities.wrong("a name must be there")(partial(design, optional=True))
amenities.wrong("hand over the function itself")(design())


@amenities.wrong("hand over the function itself")
def nothing_returned() -> None:
    design()


@amenities.wrong("each of its classes has a `primary_key`")
def a_class_without_a_key() -> MetaData:
    class Base(DeclarativeBase):
        pass

    class Amenity(Base):
        __tablename__ = "amenities"
        name: Mapped[str] = mapped_column(unique=True)

    return Base.metadata
