"""Right and wrong answers to what-may-follow of 42c-payments."""

from exercises.payments.what_may_follow import what_may_follow
from tests.exercises.answers import Answers

answers = Answers(what_may_follow)

answers.right({"refunded": set(), "failed": set(), "paid": {"refunded"}, "pending": {"paid", "failed"}})
answers.right({"pending": ("failed", "paid", "pending"), "paid": ("paid", "refunded"), "failed": (), "refunded": ()})
answers.wrong("news that an earlier try has failed")(
    {"pending": ["paid", "failed"], "paid": ["failed", "refunded"], "failed": [], "refunded": []}
)
answers.wrong("a new tx_ref")({"pending": ["paid", "failed"], "paid": ["refunded"], "failed": ["paid"], "refunded": []})
answers.wrong("never paid")(
    {"pending": ["paid", "failed", "refunded"], "paid": ["refunded"], "failed": [], "refunded": []}
)
answers.wrong("can be given back")({"pending": ["paid", "failed"], "paid": [], "failed": [], "refunded": []})
answers.wrong("can end badly")({"pending": ["paid"], "paid": ["refunded"], "failed": [], "refunded": []})
answers.wrong("nothing follows")(
    {"pending": ["paid", "failed"], "paid": ["refunded"], "failed": [], "refunded": ["paid"]}
)
answers.wrong("one line for each")({"pending": ["paid", "failed"], "paid": ["refunded"]})
