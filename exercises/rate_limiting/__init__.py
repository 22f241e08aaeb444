"""The exercises of 41-rate-limiting: when to come back, a window that must end, a sorted set, two limits at once."""

from exercises.rate_limiting.locked_out import locked_out
from exercises.rate_limiting.sorted_set import sorted_set
from exercises.rate_limiting.two_limits import two_limits
from exercises.rate_limiting.when_again import when_again
from nexus.exercises import Chapter

chapter = Chapter("41-rate-limiting", when_again, locked_out, sorted_set, two_limits)
check = chapter.check
