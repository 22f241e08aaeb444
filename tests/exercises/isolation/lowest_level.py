"""Right and wrong answers to lowest-level of 22b-isolation."""

from exercises.isolation.lowest_level import LEVELS, PROGRAMS, lowest_level
from tests.exercises.answers import Answers

answers = Answers(lowest_level)


def saying(*levels: str) -> dict[str, str]:
    return dict(zip(PROGRAMS, levels, strict=True))


LOW, MIDDLE, HIGH = LEVELS
answers.wrong("one statement reads and writes")(saying(MIDDLE, MIDDLE, MIDDLE, HIGH, HIGH))
answers.wrong("it is a lost update")(saying(LOW, HIGH, MIDDLE, HIGH, HIGH))
answers.wrong("one picture")(saying(LOW, MIDDLE, LOW, HIGH, HIGH))
answers.wrong("they write different rows")(saying(LOW, MIDDLE, MIDDLE, MIDDLE, HIGH))
answers.wrong("the rule is about two rows")(saying(LOW, MIDDLE, MIDDLE, HIGH, MIDDLE))
answers.right(saying("READ_COMMITTED", "Repeatable Read", MIDDLE, HIGH, "SERIALIZABLE"))
