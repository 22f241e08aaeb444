"""The exercises of 11b-http-under-failure: what to tell a guest, a change that arrives, a booking that survives."""

from exercises.http_under_failure.a_booking_that_survives import a_booking_that_survives
from exercises.http_under_failure.a_sentence_that_arrives import a_sentence_that_arrives
from exercises.http_under_failure.what_to_tell import what_to_tell
from nexus.exercises import Chapter

chapter = Chapter("11b-http-under-failure", what_to_tell, a_sentence_that_arrives, a_booking_that_survives)
check = chapter.check
