"""The exercises of 41b-rate-limits-over-http: a 429 that tells the truth, whose address to count, a patient client."""

from exercises.rate_limits_over_http.patient_client import patient_client
from exercises.rate_limits_over_http.true_retry_after import true_retry_after
from exercises.rate_limits_over_http.whose_address import whose_address
from nexus.exercises import Chapter

chapter = Chapter("41b-rate-limits-over-http", true_retry_after, whose_address, patient_client)
check = chapter.check
