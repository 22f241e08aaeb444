"""What exercises are made of: try an answer on the live services, and say what was expected and what happened.

An exercise is a module of its own in the package of its chapter, `exercises/CHAPTER/`: a check that yields findings,
made an `Exercise` by `@exercise("its-name")`. The package lists them in one `Chapter`. The stub and the solution are
in the chapter itself and run with it; right and wrong answers are in `tests/exercises/`.

`nexus.exercises.market` and `nexus.exercises.racing` hold what the exercises of several chapters need.
"""

from nexus.exercises.engine import Chapter, Exercise, exercise
from nexus.exercises.findings import Finding, Verdict, unless_failed
from nexus.exercises.sql import accepts, ids_of, run, scratch, scratch_tables
from nexus.exercises.trying import attempt, in_threads, said

__all__ = [
    "Chapter",
    "Exercise",
    "Finding",
    "Verdict",
    "accepts",
    "attempt",
    "exercise",
    "ids_of",
    "in_threads",
    "run",
    "said",
    "scratch",
    "scratch_tables",
    "unless_failed",
]
