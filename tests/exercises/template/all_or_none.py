"""Right and wrong answers to all-or-none of the template chapter."""

from exercises.template.all_or_none import all_or_none
from tests.exercises.answers import Answers

answers = Answers(all_or_none)

answers.right("update tickets set seats = seats - %(wanted)s where seats - %(wanted)s >= 0 returning *")
answers.wrong("too few")("update tickets set seats = seats - %(wanted)s where seats > 0 returning seats")
answers.wrong("answer with `returning`")("update tickets set seats = seats - 1 where seats > 0 returning seats")
answers.wrong("exactly as many")(
    "update tickets set seats = seats - %(wanted)s where seats > %(wanted)s returning seats"
)
answers.wrong("answer with `returning`")("update tickets set seats = seats - %(wanted)s where seats >= %(wanted)s")
