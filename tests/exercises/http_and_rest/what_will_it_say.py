"""Right and wrong answers to what-will-it-say of 11-http-and-rest."""

from http import HTTPStatus

from exercises.http_and_rest.what_will_it_say import what_will_it_say
from tests.exercises.answers import Answers

answers = Answers(what_will_it_say)

SAID = {"a": 200, "b": 400, "c": 401, "d": 403, "e": 404, "f": 405, "g": 415, "h": 204}
answers.right({name: HTTPStatus(status) for name, status in SAID.items()})
answers.wrong("without quotes")({name: str(status) for name, status in SAID.items()})
answers.wrong("the request itself is wrong")({**SAID, "b": 422})
answers.wrong("only other methods")({**SAID, "f": 428})
answers.wrong("an empty list")({**SAID, "a": 404})
answers.wrong("whose name is known")({**SAID, "c": 403})
answers.wrong("guests offer no places")({**SAID, "d": 401})
answers.wrong("there is such a booking")({**SAID, "e": 403})
answers.wrong("only other methods")({**SAID, "f": 404})
answers.wrong("a status for that")({**SAID, "g": 400})
answers.wrong("without a body")({**SAID, "h": 200})
