"""The exercises of 40b-expiry-and-stampedes: lives with jitter, a lock that is kept, an answer nobody waits for."""

from exercises.expiry_and_stampedes.keep_the_lock import keep_the_lock
from exercises.expiry_and_stampedes.nobody_waits import nobody_waits
from exercises.expiry_and_stampedes.spread_lives import spread_lives
from nexus.exercises import Chapter

chapter = Chapter("40b-expiry-and-stampedes", spread_lives, keep_the_lock, nobody_waits)
check = chapter.check
