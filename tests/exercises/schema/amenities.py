"""Right and wrong answers to amenities of 20-schema."""

from functools import partial

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from exercises.schema.amenities import amenities
from tests.exercises.answers import Answers

answers = Answers(amenities)


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


@answers.wrong("two more classes")
def text_with_commas() -> MetaData:
    metadata = MetaData()
    Table("listings", metadata, Column("id", Integer, primary_key=True), Column("amenities", Text))
    return metadata


@answers.wrong("a copy could disagree")
def the_text_too() -> MetaData:
    metadata = design()
    metadata.tables["listings"].append_column(Column("amenities", Text))
    return metadata


answers.right(design)
answers.wrong("make it unique")(partial(design, unique=False))
answers.wrong("make both columns the primary key")(partial(design, pair_is_key=False))
answers.wrong("both columns need a ForeignKey")(partial(design, points=False))
answers.wrong("its name says")(partial(design, swapped=True))
answers.wrong("a name must be there")(partial(design, optional=True))
answers.wrong("hand over the function itself")(design())


@answers.wrong("hand over the function itself")
def nothing_returned() -> None:
    design()


@answers.wrong("each of its classes has a `primary_key`")
def a_class_without_a_key() -> MetaData:
    class Base(DeclarativeBase):
        pass

    class Amenity(Base):
        __tablename__ = "amenities"
        name: Mapped[str] = mapped_column(unique=True)

    return Base.metadata
