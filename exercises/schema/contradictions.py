"""contradictions: a query that finds hosts with more than one name."""

from collections.abc import Iterator
from typing import Any

from nexus import Lab
from nexus.exercises import Finding, exercise, run, scratch

SHEET = """
    create table sheet (
        host_email text, host_name text, listing text, city text, price numeric,
        guest_email text, guest_name text, stay daterange, total numeric, rating int
    )
"""

HOSTS = """
    insert into sheet (host_email, host_name, listing, city) values
    ('one@example.com', 'Only', 'Hut', 'Oslo'),
    ('many@example.com', 'Same', 'Inn', 'Rome'), ('many@example.com', 'Same', 'Inn', 'Rome'),
    ('many@example.com', 'Same', 'Loft', 'Bari'),
    ('two@example.com', 'Before', 'Mill', 'Brno'), ('two@example.com', 'After', 'Yurt', 'Graz'),
    ('three@example.com', 'A', 'Barn', 'Bonn'), ('three@example.com', 'B', 'Barn', 'Bonn'),
    ('three@example.com', 'C', 'Cave', 'Nice'), ('three@example.com', 'C', 'Cave', 'Nice')
"""


@exercise("contradictions")
def contradictions(lab: Lab, answer: Any) -> Iterator[Finding]:
    with scratch(lab) as db:
        db.exec_driver_sql(SHEET)
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
