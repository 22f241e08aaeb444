"""Right and wrong answers to honest-ratings of 20b-constraints."""

from exercises.constraints.honest_ratings import honest_ratings
from tests.exercises.answers import Answers

answers = Answers(honest_ratings)

BOUNDS = "alter table feedback add check (rating between 1 and 5)"
PRESENT = "alter table feedback alter rating set not null"
ONE_EACH = "alter table feedback add unique (booking_id)"
answers.right(
    ["alter table feedback add primary key (booking_id), add check (rating > 0 and rating < 6 and rating is not null)"]
)
answers.wrong("upper one")(["alter table feedback add check (rating > 0)", PRESENT, ONE_EACH])
answers.wrong("both belong")(["alter table feedback add check (rating > 1 and rating < 5)", PRESENT, ONE_EACH])
answers.wrong("set not null")([BOUNDS, ONE_EACH])
answers.wrong("by itself")([BOUNDS, PRESENT, "alter table feedback add unique (booking_id, rating)"])
answers.wrong("only the booking")([BOUNDS, PRESENT, ONE_EACH, "alter table feedback add unique (rating)"])
answers.wrong("unique")([BOUNDS, PRESENT])
