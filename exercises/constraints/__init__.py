"""The exercises of 20b-constraints: rules for ratings, what goes along with a delete, a constraint with a condition."""

from exercises.constraints.cancelled_frees import cancelled_frees
from exercises.constraints.goes_along import goes_along
from exercises.constraints.honest_ratings import honest_ratings
from nexus.exercises import Chapter

chapter = Chapter("20b-constraints", honest_ratings, goes_along, cancelled_frees)
check = chapter.check
