"""Right and wrong answers to send-it-again of 11c-http-clients."""

from exercises.http_clients.send_it_again import send_it_again
from tests.exercises.answers import Answers

answers = Answers(send_it_again)

SAFE, IDEMPOTENT_ONES = {"GET", "HEAD", "OPTIONS"}, {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}


@answers.right
def by_table(method: str, keyed: bool, status: int | None) -> bool:
    if status in {None, 502, 503, 504}:
        return keyed or method in IDEMPOTENT_ONES
    return status == 429


@answers.right
def never_a_bare_post(method: str, keyed: bool, status: int | None) -> bool:
    unknown = status is None or status >= 500
    return status == 429 or (unknown and (keyed or method not in ("POST", "PATCH")))


@answers.wrong("503 may come")
def takes_503_for_429(method: str, keyed: bool, status: int | None) -> bool:
    return status in {429, 503} or by_table(method, keyed, status)


@answers.wrong("it broke")
def an_error_was_no_success(method: str, keyed: bool, status: int | None) -> bool:
    return status == 500 or by_table(method, keyed, status)


@answers.wrong("twice leaves what once leaves")
def only_what_it_has_seen(method: str, keyed: bool, status: int | None) -> bool:
    return by_table(method, keyed, status) and (keyed or status == 429 or method in ("GET", "PUT", "DELETE"))


@answers.wrong("only what is idempotent")
def whenever_it_broke(method: str, keyed: bool, status: int | None) -> bool:
    return status is None or status >= 500 or status == 429


@answers.wrong("may be sent again")
def only_reads(method: str, keyed: bool, status: int | None) -> bool:
    return method in SAFE and status in {None, 502, 503, 504}


@answers.wrong("got no answer either")
def any_answer_is_an_answer(method: str, keyed: bool, status: int | None) -> bool:
    harmless = keyed or method in IDEMPOTENT_ONES
    return status in {429, 502, 503, 504} or (harmless and status is None)


@answers.wrong("by its key")
def knows_no_keys(method: str, keyed: bool, status: int | None) -> bool:
    return status == 429 or (method in IDEMPOTENT_ONES and status in {None, 502, 503, 504})


@answers.wrong("may come again")
def no_four_comes_again(method: str, keyed: bool, status: int | None) -> bool:
    return (keyed or method in IDEMPOTENT_ONES) and status in {None, 502, 503, 504}


@answers.wrong("the same one")
def all_that_is_harmless(method: str, keyed: bool, status: int | None) -> bool:
    return status == 429 or ((keyed or method in IDEMPOTENT_ONES) and (status is None or status >= 400))
