"""amenities: a link table in place of a text column."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, MetaData

from nexus import Lab
from nexus.exercises import Finding, accepts, exercise, said, scratch

LINKS = "insert into listing_amenities (listing_id, amenity_id) values "
WANTED = {"amenities": ["id", "name"], "listing_amenities": ["amenity_id", "listing_id"]}


@exercise("amenities")
def amenities(lab: Lab, answer: Any) -> Iterator[Finding]:
    metadata, problem = tables_of(answer)
    yield Finding(
        "the design is a set of tables",
        expected="no exception",
        happened=problem,
        hint="hand over the function itself; it returns `Base.metadata`, and each of its classes has a `primary_key`",
    )
    columns = {name: sorted(table.columns.keys()) for name, table in metadata.tables.items()}
    yield from tables_are_there(columns)
    if set(WANTED) <= set(columns):
        with scratch(lab) as db:
            metadata.create_all(db)
            db.exec_driver_sql("insert into listings (id) values (1), (2), (3)")
            db.exec_driver_sql("insert into amenities (id, name) values (1, 'wifi'), (2, 'sauna')")
            yield from names_are_kept(db)
            yield from pairs_are_kept(db)


def tables_are_there(columns: dict[str, list[str]]) -> Iterator[Finding]:
    yield Finding(
        "the tables are there",
        expected=WANTED,
        happened={name: columns[name] for name in WANTED if name in columns},
        hint="two more classes, with these __tablename__s and these columns",
    )
    yield Finding(
        "the text column is gone",
        expected=False,
        happened="amenities" in columns.get("listings", ()),
        hint="what is in the link table must not be in `listings` as well: a copy could disagree",
    )


def tables_of(answer: Any) -> tuple[MetaData, str]:
    """The tables that the learner's function designs, and what was wrong with it in a line."""
    try:
        metadata = answer()
        metadata.sorted_tables  # noqa: B018 - a ForeignKey that names no table is found here
    except Exception as error:
        return MetaData(), said(error)
    return metadata, "no exception"


def names_are_kept(db: Connection) -> Iterator[Finding]:
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


def pairs_are_kept(db: Connection) -> Iterator[Finding]:
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
