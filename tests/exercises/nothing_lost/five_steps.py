"""Right and wrong answers to five-steps of 42b-nothing-lost."""

from exercises.nothing_lost.five_steps import five_steps
from tests.exercises.answers import Answers

answers = Answers(five_steps)

answers.right(["begin", "write the invoice", "note the event", "commit", "acknowledge"])
answers.right(("begin", "note the event", "write the invoice", "commit", "acknowledge"))
answers.wrong("after the acknowledgement")(["begin", "note the event", "write the invoice", "acknowledge", "commit"])
answers.wrong("after the acknowledgement")(["begin", "acknowledge", "note the event", "write the invoice", "commit"])
answers.wrong("in one transaction")(["note the event", "begin", "write the invoice", "commit", "acknowledge"])
answers.wrong("in one transaction")(["begin", "write the invoice", "commit", "note the event", "acknowledge"])
answers.wrong("in one transaction")(["begin", "note the event", "commit", "write the invoice", "acknowledge"])
answers.wrong("five steps of the task")(["begin", "write the invoice", "commit", "acknowledge"])
answers.wrong("what happened says")(None)
