"""The exercises of 22b-isolation: the lowest level that will do, two transfers, and a retry loop."""

from exercises.isolation.lowest_level import lowest_level
from exercises.isolation.retry_loop import retry_loop
from exercises.isolation.two_transfers import two_transfers
from nexus.exercises import Chapter

chapter = Chapter("22b-isolation", lowest_level, two_transfers, retry_loop)
check = chapter.check
