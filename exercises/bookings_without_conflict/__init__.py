"""The exercises of 22-bookings-without-conflict: who waits, the least lock, and requests that lapse."""

from exercises.bookings_without_conflict.lapsed import lapsed
from exercises.bookings_without_conflict.least_lock import least_lock
from exercises.bookings_without_conflict.who_waits import who_waits
from nexus.exercises import Chapter

chapter = Chapter("22-bookings-without-conflict", who_waits, least_lock, lapsed)
check = chapter.check
