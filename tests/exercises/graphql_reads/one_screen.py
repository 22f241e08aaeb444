"""Right and wrong answers to one-screen of 32-graphql."""

from exercises.graphql_reads.one_screen import one_screen
from tests.exercises.answers import Answers

answers = Answers(one_screen)

LINES = "lines { quantity product { name } }"
answers.right(f"query Watch {{ customer(id: 2) {{ orders(first: 3) {{ {LINES} status }} name }} }}")
answers.right(
    "{ customer(id: 2) { name orders(first: 3) { status ...bought } } }"
    " fragment bought on Order { lines(first: 10) { quantity product { name } } }"
)
answers.right(f"query ($n: Int! = 3) {{ customer(id: 2) {{ name orders(first: $n) {{ status {LINES} }} }} }}")
answers.wrong("takes `first`")(f"{{ customer(id: 2) {{ name orders {{ status {LINES} }} }} }}")
answers.wrong("leave out")(f"{{ customer(id: 2) {{ name email orders(first: 3) {{ status {LINES} }} }} }}")
answers.wrong("leave out")(
    "{ customer(id: 2) { name orders(first: 3) { status lines { quantity product { name price } } } } }"
)
answers.wrong("name each field")("{ customer(id: 2) { name orders(first: 3) { status lines { product { name } } } } }")
answers.wrong("name each field")(f"{{ customer(id: 2) {{ name last: orders(first: 3) {{ status {LINES} }} }} }}")
answers.wrong("customer 2")(f"{{ customer(id: 1) {{ name orders(first: 3) {{ status {LINES} }} }} }}")
answers.wrong("begin with")(f"{{ customers(first: 2) {{ name orders(first: 3) {{ status {LINES} }} }} }}")
answers.wrong("compare the word")("{ customer(id: 2) { name orders(first: 3) { status lines { quantity product } } } }")
answers.wrong("not closed")(f"{{ customer(id: 2) {{ name orders(first: 3) {{ status {LINES} }} }}")
answers.wrong("another type")(f'{{ customer(id: "2") {{ name orders(first: 3) {{ status {LINES} }} }} }}')
answers.wrong("customer 2")(f"{{ customer(id: 3) {{ name orders(first: 3) {{ status {LINES} }} }} }}")
answers.wrong("each is shown")(
    "{ customer(id: 2) { name orders(first: 3) { status lines(first: 1) { quantity product { name } } } } }"
)
answers.wrong("compare the word")("{ customer(id: 2) { name orders(limit: 3) { status } } }")
