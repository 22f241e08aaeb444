"""The exercises of 20-schema: rules for ratings, a constraint with a condition, a link table."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Integer, MetaData, Table, Text

from nexus import Lab
from nexus.exercises import Chapter, Finding, accepts, scratch

chapter = Chapter("20-schema")
check = chapter.check


# --- honest-ratings


@chapter.exercise("honest-ratings")
def honest_ratings(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch(lab) as db:
        db.exec_driver_sql("create table feedback (booking_id int, rating int)")
        for statement in [answer] if isinstance(answer, str) else answer:
            db.exec_driver_sql(statement)

        def accepted(*ratings: str) -> list[str]:
            """Of these ratings, each for a booking of its own, those that the table takes."""
            rows = [(rating, f"insert into feedback values ({n}, {rating})") for n, rating in enumerate(ratings)]
            taken = [rating for rating, row in rows if accepts(db, row)]
            db.exec_driver_sql("delete from feedback")
            return taken

        yield Finding(
            "of the ratings 0 to 6, those from 1 to 5 are accepted",
            expected=list("12345"),
            happened=accepted(*"0123456"),
            hint="a rating has a lower bound and an upper one, and both belong to it: `between` includes its ends",
        )
        yield Finding(
            "a missing rating is refused",
            expected=[],
            happened=accepted("null"),
            hint="a check refuses only what is false, and null is not false: the column needs `not null`",
        )
        db.exec_driver_sql("insert into feedback values (1, 5)")
        yield Finding(
            "a second feedback of one booking is refused",
            expected=False,
            happened=accepts(db, "insert into feedback values (1, 5)"),
            hint="booking_id has to be unique",
        )


BOUNDS = "alter table feedback add check (rating between 1 and 5)"
PRESENT = "alter table feedback alter rating set not null"
ONE_EACH = "alter table feedback add unique (booking_id)"

honest_ratings.right(
    ["alter table feedback add primary key (booking_id), add check (rating > 0 and rating < 6 and rating is not null)"]
)
honest_ratings.wrong("upper one")(["alter table feedback add check (rating > 0)", PRESENT, ONE_EACH])
honest_ratings.wrong("both belong")(["alter table feedback add check (rating > 1 and rating < 5)", PRESENT, ONE_EACH])
honest_ratings.wrong("not null")([BOUNDS, ONE_EACH])
honest_ratings.wrong("unique")([BOUNDS, PRESENT])


# --- cancelled-frees


@chapter.exercise("cancelled-frees")
def cancelled_frees(lab: Lab, answer: Any) -> Iterator[Finding]:
    lab.sql("create extension if not exists btree_gist")
    with scratch(lab) as db:
        db.exec_driver_sql("create table stays (listing_id int not null, stay daterange not null, status text not null)")
        db.exec_driver_sql(f"alter table stays add {answer}")

        def second(first_status: str, status: str, listing: int = 1, nights: str = "[2030-01-02,2030-01-04)") -> bool:
            """Whether a stay is accepted beside one of listing 1 for the nights of the 1st and the 2nd."""
            db.exec_driver_sql("delete from stays")
            db.exec_driver_sql(f"insert into stays values (1, '[2030-01-01,2030-01-03)', '{first_status}')")
            return accepts(db, f"insert into stays values ({listing}, '{nights}', '{status}')")

        kept = {f"{a}, then {b}": second(a, b) for a in ("pending", "confirmed") for b in ("pending", "confirmed")}
        yield Finding(
            "pending and confirmed stays are in each other's way",
            expected=[],
            happened=[pair for pair, accepted in kept.items() if accepted],
            hint="both statuses hold the night, also against each other: status is no third thing to be equal",
        )
        freed = [("cancelled", "pending"), ("cancelled", "confirmed"), ("cancelled", "cancelled"), ("confirmed", "cancelled")]
        yield Finding(
            "a cancelled stay is in nobody's way",
            expected=[],
            happened=[f"{a}, then {b}" for a, b in freed if not second(a, b)],
            hint="let the constraint compare only stays that are not cancelled: it can end in `where (...)`",
        )
        yield Finding(
            "another listing, or the day the first guest leaves, is free",
            expected=(True, True),
            happened=(second("pending", "pending", 2), second("pending", "pending", nights="[2030-01-03,2030-01-05)")),
            hint="keep both comparisons: the same listing with =, overlapping stays with &&",
        )


cancelled_frees.right("exclude using gist (listing_id with =, stay with &&) where (status in ('pending', 'confirmed'))")
cancelled_frees.wrong("where (...)")("exclude using gist (listing_id with =, stay with &&)")
cancelled_frees.wrong("both statuses")(
    "exclude using gist (listing_id with =, stay with &&) where (status = 'confirmed')"
)
cancelled_frees.wrong("both statuses")("exclude using gist (listing_id with =, stay with &&, status with =)")
cancelled_frees.wrong("keep both")("exclude using gist (stay with &&) where (status <> 'cancelled')")


# --- amenities

LINKS = "insert into listing_amenities (listing_id, amenity_id) values "


@chapter.exercise("amenities")
def amenities(lab: Lab, answer: Any) -> Iterator[Finding]:
    metadata: MetaData = answer()
    columns = {name: {column.name for column in table.columns} for name, table in metadata.tables.items()}
    wanted = {"amenities": {"id", "name"}, "listing_amenities": {"listing_id", "amenity_id"}}
    yield Finding(
        "the tables are there",
        expected=wanted,
        happened={name: columns[name] for name in wanted if name in columns},
        hint="two classes more, with these __tablename__s and these columns",
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
            db.exec_driver_sql("insert into listings (id) values (1), (2)")
            db.exec_driver_sql("insert into amenities (id, name) values (1, 'wifi'), (2, 'sauna')")
            yield from pairs_are_kept(db)


def pairs_are_kept(db: Connection) -> Iterator[Finding]:
    yield Finding(
        "a second 'wifi' is refused",
        expected=False,
        happened=accepts(db, "insert into amenities (id, name) values (3, 'wifi')"),
        hint="a name exists once: make it unique",
    )
    yield Finding(
        "one listing has two amenities, and two listings share one",
        expected=[True, True, True],
        happened=[accepts(db, LINKS + pair) for pair in ("(1, 1)", "(1, 2)", "(2, 1)")],
        hint="only the pair is unique, neither of its two columns alone",
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
    yield Finding(
        "an amenity that is in use can't be deleted",
        expected=False,
        happened=accepts(db, "delete from amenities where id = 1"),
        hint="others rely on the amenity: leave ondelete out at this end",
    )
    yield Finding(
        "a listing can be deleted, and takes its pairs along",
        expected=(True, 1),
        happened=(
            accepts(db, "delete from listings where id = 1"),
            db.exec_driver_sql("select count(*) from listing_amenities").scalar(),
        ),
        hint='the pair is a part of its listing: ForeignKey(..., ondelete="CASCADE") at this end',
    )


def design(
    name_options: dict[str, Any], pair_is_key: bool = True, listing_end: str | None = "CASCADE", amenity_end: Any = None
) -> MetaData:
    """A design with one thing or another left out."""
    metadata = MetaData()
    Table("listings", metadata, Column("id", Integer, primary_key=True))
    Table("amenities", metadata, Column("id", Integer, primary_key=True), Column("name", Text, **name_options))
    Table(
        "listing_amenities",
        metadata,
        Column("listing_id", ForeignKey("listings.id", ondelete=listing_end), primary_key=pair_is_key),
        Column("amenity_id", ForeignKey("amenities.id", ondelete=amenity_end), primary_key=pair_is_key),
    )
    return metadata


@amenities.wrong("two classes more")
def text_with_commas() -> MetaData:
    metadata = MetaData()
    Table("listings", metadata, Column("id", Integer, primary_key=True), Column("amenities", Text))
    return metadata


@amenities.wrong("a copy could disagree")
def the_text_too() -> MetaData:
    metadata = design({"unique": True})
    metadata.tables["listings"].append_column(Column("amenities", Text))
    return metadata


@amenities.wrong("make it unique")
def the_same_name_twice() -> MetaData:
    return design({})


@amenities.wrong("make both columns the primary key")
def pairs_may_repeat() -> MetaData:
    return design({"unique": True}, pair_is_key=False)


@amenities.wrong("leave ondelete out")
def cascade_everywhere() -> MetaData:
    return design({"unique": True}, amenity_end="CASCADE")


@amenities.wrong("part of its listing")
def no_cascade_at_all() -> MetaData:
    return design({"unique": True}, listing_end=None)


@amenities.wrong("both columns need a ForeignKey")
def numbers_that_point_nowhere() -> MetaData:
    metadata = MetaData()
    Table("listings", metadata, Column("id", Integer, primary_key=True))
    Table("amenities", metadata, Column("id", Integer, primary_key=True), Column("name", Text, unique=True))
    pair = [Column(name, Integer, primary_key=True) for name in ("listing_id", "amenity_id")]
    Table("listing_amenities", metadata, *pair)
    return metadata
