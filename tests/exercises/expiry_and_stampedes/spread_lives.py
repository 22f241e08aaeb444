"""Right and wrong answers to spread-lives of 40b-expiry-and-stampedes."""

import random

from exercises.expiry_and_stampedes.spread_lives import spread_lives
from tests.exercises.answers import Answers

answers = Answers(spread_lives)

answers.right(lambda seconds, rng: rng.randint(750 * seconds, 1000 * seconds))
answers.right(lambda seconds, rng: int(seconds * 1000 * rng.uniform(0.8, 1)))
answers.wrong("spread them over many seconds")(lambda seconds, rng: round(1000 * seconds))
answers.wrong("spread them over many seconds")(lambda seconds, rng: 1000 * seconds - rng.randrange(1, 200))
answers.wrong("may only shorten")(lambda seconds, rng: round(1000 * seconds * rng.uniform(0.9, 1.1)))
answers.wrong("round last")(lambda seconds, rng: int(seconds * rng.uniform(0.8, 1)) * 1000)
answers.wrong("round last")(lambda seconds, rng: 1000 * seconds * rng.uniform(0.8, 1))
answers.wrong("come in heaps")(lambda seconds, rng: max(1, round(seconds * rng.uniform(0.8, 1))) * 1000)
answers.wrong("and not of the whole")(lambda seconds, rng: 1 + round(999 * seconds * rng.random()))
answers.wrong("and not of the whole")(lambda seconds, rng: round(seconds * rng.uniform(0.8, 1)) or 1)
answers.wrong("draw from the `rng`")(lambda seconds, rng: round(1000 * seconds * random.uniform(0.8, 1)))
