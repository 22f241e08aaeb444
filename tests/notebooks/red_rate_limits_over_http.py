"""What must turn 41b-rate-limits-over-http red."""

from tests.notebooks.red import Change

CHAPTER = "41b-rate-limits-over-http"
CHANGES = [
    Change(
        "the fault is taken out: one buyer after the other",
        "nexus.race(sell, [both, both])",
        "[sell(Barrier(1)), sell(Barrier(1))]",
    ),
    Change("the mend is broken: it sells what isn't there", 'where seats > 0 returning seats"', 'returning seats"'),
    Change("the solution is spoiled", "where seats >= %(wanted)s", "where seats > %(wanted)s"),
]
