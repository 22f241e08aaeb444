"""Right and wrong answers to who-waits of 22-bookings-without-conflict."""

from exercises.bookings_without_conflict.who_waits import STATEMENTS, who_waits
from tests.exercises.answers import Answers

answers = Answers(who_waits)


def saying(*words: bool) -> dict[str, bool]:
    return dict(zip(STATEMENTS, words, strict=True))


answers.wrong("how many rows")(saying(True, True, False, True, True, False))
answers.wrong("shared means")(saying(False, True, True, True, True, True))
answers.wrong("may yet be committed")(saying(False, True, False, True, False, False))
answers.wrong("nothing to do with each other")(saying(False, True, False, True, True, True))
