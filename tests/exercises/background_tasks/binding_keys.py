"""Right and wrong answers to binding-keys of 42-background-tasks."""

from exercises.background_tasks.binding_keys import binding_keys
from tests.exercises.answers import Answers

answers = Answers(binding_keys)

answers.right(["booking.*"])
answers.right("booking.*")

answers.wrong("a note has one more")(["booking.#"])
answers.wrong("`*` takes exactly one")(["booking"])
answers.wrong("`*` takes exactly one")(["booking.made"])
answers.wrong("the first word says what it is about")(["*.*"])
answers.wrong("a note has one more")(["#"])
