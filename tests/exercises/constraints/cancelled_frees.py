"""Right and wrong answers to cancelled-frees of 20b-constraints."""

from exercises.constraints.cancelled_frees import cancelled_frees
from tests.exercises.answers import Answers

answers = Answers(cancelled_frees)

answers.right("exclude using gist (listing_id with =, stay with &&) where (status in ('pending', 'confirmed'))")
answers.wrong("where (...)")("exclude using gist (listing_id with =, stay with &&)")
answers.wrong("any two that share")("exclude using gist (listing_id with =, stay with &&) where (status = 'confirmed')")
answers.wrong("any two that share")("exclude using gist (listing_id with =, stay with &&, status with =)")
answers.right("exclude using gist (listing_id with =, stay with &&) where (status not like 'canc%')")
answers.wrong("any two that share")("unique (listing_id, stay)")
answers.wrong("keep both")("exclude using gist (stay with &&) where (status <> 'cancelled')")
