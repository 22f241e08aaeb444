"""The diagram says what the database has now, and draws each reference once."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

import nexus
from nexus import Lab
from nexus.diagram import Diagram

TABLES = """
    create table users (id int primary key, email text unique);
    create table guides (user_id int primary key references users);
    create table tours (id int primary key, guide_id int references guides (user_id), starts_in int not null);
    create table places (id int primary key);
    alter table tours add foreign key (starts_in) references places
"""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    lab = nexus.open("test-diagram", needs=["postgres"])
    lab.sql(TABLES)
    yield lab
    lab.close()


def marks(diagram: Diagram) -> int:
    return len(diagram.axes.lines)


def test_the_references_are_those_of_the_database(lab: Lab) -> None:
    assert lab.diagram().references == [
        "guides.user_id -> users.id",
        "tours.guide_id -> guides.user_id",
        "tours.starts_in -> places.id",
    ]


def test_the_text_alternative_names_tables_and_references(lab: Lab) -> None:
    assert lab.diagram("users", "guides").alt == (
        "Entity-relationship diagram. "
        "Tables: users (id, email); guides (user_id). References: guides.user_id -> users.id."
    )


def test_the_ends_say_how_many(lab: Lab) -> None:
    # One line a reference; two toes or a bar at its start, a bar at its end, a ring where there may be none.
    one_to_one = 1 + 2 + 1
    many_or_none = 1 + 2 + 1 + 1
    many = 1 + 2 + 1
    assert marks(lab.diagram("users", "guides")) == one_to_one
    assert marks(lab.diagram("guides", "tours", "places", "users")) == one_to_one + many_or_none + many


def test_a_change_of_the_database_is_drawn(lab: Lab) -> None:
    lab.sql("alter table tours drop constraint tours_starts_in_fkey")
    try:
        assert "tours.starts_in -> places.id" not in lab.diagram().references
    finally:
        lab.sql("alter table tours add foreign key (starts_in) references places")


def test_no_two_lines_lie_on_each_other(lab: Lab) -> None:
    level: dict[float, list[tuple[float, float]]] = {}
    for line in lab.diagram().axes.lines:
        points: Any = line.get_xydata()
        if len(points) == 4:  # from a table into its lane, along it, and to the other table
            for (x1, y), (x2, _) in (points[:2], points[2:]):
                level.setdefault(round(y, 3), []).append((min(x1, x2), max(x1, x2)))
    assert level
    for spans in level.values():
        assert all(before[1] <= after[0] for before, after in pairwise(sorted(spans)))
