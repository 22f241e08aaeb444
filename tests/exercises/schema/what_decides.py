"""Right and wrong answers to what-decides of 20-schema."""

from exercises.schema.what_decides import what_decides
from tests.exercises.answers import Answers

answers = Answers(what_decides)

SOLUTION = {
    "email": "order_no",
    "name": ("email",),
    "title": ["isbn"],
    "list_price": ["isbn"],
    "paid": ["isbn", "order_no"],
    "copies": ["isbn", "order_no"],
}
answers.right(SOLUTION)
answers.wrong("nearest")({**SOLUTION, "name": ["order_no"]})
answers.wrong("isn't needed")({**SOLUTION, "title": ["isbn", "order_no"]})
answers.wrong("what else")({**SOLUTION, "paid": ["isbn"]})
answers.wrong("what else")({**SOLUTION, "list_price": "paid"})
answers.wrong("what else")({**SOLUTION, "copies": {"order_no", "paid"}})
answers.wrong("what else")({**SOLUTION, "copies": {"order_no", "title"}})
answers.wrong("what else")({**SOLUTION, "paid": {"order_no", "title"}})
answers.wrong("what else")({**SOLUTION, "paid": {"order_no", "list_price"}})
answers.wrong("name other columns")({**SOLUTION, "name": "name"})
answers.wrong("name other columns")({**SOLUTION, "name": set()})
answers.wrong("names of the columns")({**SOLUTION, "email": ["order"]})
