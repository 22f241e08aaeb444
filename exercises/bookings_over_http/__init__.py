"""The exercises of 22c-bookings-over-http: the right status, a refusal that is only for now, and a careful client."""

from exercises.bookings_over_http.any_night import any_night
from exercises.bookings_over_http.not_now import not_now
from exercises.bookings_over_http.right_status import right_status
from nexus.exercises import Chapter

chapter = Chapter("22c-bookings-over-http", right_status, not_now, any_night)
check = chapter.check
