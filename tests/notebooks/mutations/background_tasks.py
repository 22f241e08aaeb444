"""Mutations of 42-background-tasks: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "42-background-tasks"
CHANGES = [
    Change(
        "the fault is taken out: one buyer after the other",
        "nexus.race(sell, [both, both])",
        "[sell(Barrier(1)), sell(Barrier(1))]",
    ),
    Change("the fix is broken: it sells what isn't there", 'where seats > 0 returning seats"', 'returning seats"'),
    Change("the solution is spoiled", "where seats >= %(wanted)s", "where seats > %(wanted)s"),
]
