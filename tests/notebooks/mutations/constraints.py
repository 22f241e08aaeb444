"""Mutations of 20b-constraints: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "20b-constraints"
CHANGES = [
    Change("a rule is taken out", "constraint price_is_positive check (price > 0)", ""),
    Change(
        "the delete takes nothing along", 'set_rule(db, "cascade", "bookings"', 'set_rule(db, "set default", "bookings"'
    ),
    Change(
        "the fault is taken out: one guest after the other",
        "nexus.race(book, wishes)",
        "[book(*wish[:2], Barrier(1)) for wish in wishes]",
    ),
    Change(
        "the fix is broken: only the very same stay is refused",
        "exclude using gist (listing_id with =, stay with &&)\n",
        "exclude using gist (listing_id with =, stay with =)\n",
    ),
    Change("the loser does not learn of it", '!= "one_stay_a_night"', '!= "another_rule"'),
    Change(
        "the rule stays while it should be gone", "alter table bookings drop constraint one_stay_a_night", "select 1"
    ),
    Change(
        "the first solution is spoiled", 'add check (rating between 1 and 5)"', 'add check (rating between 1 and 6)"'
    ),
    Change("the second solution is spoiled", '"bookings.guest_id": "set null"', '"bookings.guest_id": "cascade"'),
    Change("the third solution is spoiled", "where (status <> 'cancelled')", "where (status = 'pending')"),
]
