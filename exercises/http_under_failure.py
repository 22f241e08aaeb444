"""The exercises of 11b-http-under-failure: what to tell a guest, a change that arrives, a booking that survives."""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid4, uuid5

import requests

import nexus
from exercises.http_and_rest import FLAT, Market, in_time, market_of
from nexus import Lab
from nexus.exercises import Chapter, Finding
from nexus.systems import role_on

chapter = Chapter("11b-http-under-failure")
check = chapter.check

# --- what-to-tell

ADVICE = {
    "/problems/dates-taken": "choose other nights",
    "/problems/illegal-transition": "look at the booking again",
    "/problems/request-in-progress": "wait a moment",
}
NOT_JSON = "the body is whatever the one in between likes: where it is no JSON object, the reason of the status is left"
CANNED = {
    "a type of the table": (
        "409 Conflict",
        {"type": "/problems/dates-taken", "title": "These nights are taken"},
        "choose other nights",
        "the type is a key of ADVICE",
    ),
    "the same kind of type, as a whole address": (
        "409 Conflict",
        {"type": "https://api.example.com/problems/request-in-progress", "title": "Under way"},
        "wait a moment",
        "of an address, the path is what stands in the table: urlsplit(...).path",
    ),
    "a type that nobody knew last year": (
        "402 Payment Required",
        {"type": "/problems/card-declined", "title": "The card was declined"},
        "The card was declined",
        "what is not in the table has a title for people",
    ),
    "a type that looks like one of the table": (
        "409 Conflict",
        {"type": "https://cards.example.com/errors/dates-taken", "title": "The card has other dates"},
        "The card has other dates",
        "compare the whole path: a part of it may stand in other types, too",
    ),
    "a type that begins like one of the table": (
        "409 Conflict",
        {"type": "/problems/dates-taken-twice", "title": "Two have these nights"},
        "Two have these nights",
        "compare the whole path: a part of it may stand in other types, too",
    ),
    "a problem without a type": (
        "403 Forbidden",
        {"title": "Not today"},
        "Not today",
        "every member may be missing, the type too: use `get`",
    ),
    "a problem without anything": (
        "404 Not Found",
        {},
        "Not Found",
        "without a title, the reason of the status is left",
    ),
    "a problem whose members are null": (
        "404 Not Found",
        {"type": None, "title": None},
        "Not Found",
        "null is no type and no title: `or` goes on to the next, where `get` with a second value does not",
    ),
    "the page of a proxy": ("502 Bad Gateway", "<h1>Bad Gateway</h1>", "Bad Gateway", NOT_JSON),
    "a list": ("500 Internal Server Error", ["oops"], "Internal Server Error", NOT_JSON),
}


def canned(environ: dict[str, Any], start: Any) -> list[bytes]:
    status, body, *_ = list(CANNED.values())[int(environ["PATH_INFO"].strip("/"))]
    html = isinstance(body, str)
    start(status, [("Content-Type", "text/html" if html else "application/problem+json")])
    return [str(body if html else json.dumps(body)).encode()]


@chapter.exercise("what-to-tell")
def what_to_tell(lab: Lab, answer: Any) -> Iterator[Finding]:
    served = nexus.serve(canned)
    for number, (what, (*_, expected, hint)) in enumerate(CANNED.items()):
        response = requests.get(f"{served.url}/{number}", timeout=30)
        yield Finding(what, expected, in_time(partial(answer, response)), hint)
    served.stop()


@what_to_tell.right
def asks_the_content_type(answer: requests.Response) -> Any:
    problem = answer.json() if "json" in answer.headers["Content-Type"] else {}
    problem = problem if isinstance(problem, dict) else {}
    for kind, advice in ADVICE.items():
        if (problem.get("type") or "").endswith(kind):
            return advice
    return problem.get("title") or answer.reason


@what_to_tell.right
def by_what_it_looks_like(answer: requests.Response) -> Any:
    try:
        body = json.loads(answer.text)
    except ValueError:
        body = None
    match body:
        case {"type": str(kind)} if urlsplit(kind).path in ADVICE:
            return ADVICE[urlsplit(kind).path]
        case {"title": str(title)}:
            return title
    return answer.reason


@what_to_tell.wrong("a part of it may stand")
def by_the_last_word(answer: requests.Response) -> Any:
    kind = answer.json().get("type", "").rpartition("/")[2]
    return ADVICE.get(f"/problems/{kind}") or answer.json().get("title") or answer.reason


@what_to_tell.wrong("a part of it may stand")
def by_a_part_of_it(answer: requests.Response) -> Any:
    for kind, advice in ADVICE.items():
        if kind in answer.json().get("type", ""):
            return advice
    return answer.json().get("title") or answer.reason


@what_to_tell.wrong("null is no type")
def takes_null_for_a_title(answer: requests.Response) -> Any:
    problem = answer.json()
    return ADVICE.get(urlsplit(problem.get("type", "")).path, problem.get("title", answer.reason))


@what_to_tell.wrong("is a key of ADVICE")
def by_the_title(answer: requests.Response) -> Any:
    return answer.json().get("title", answer.reason)


@what_to_tell.wrong("the path is what stands in the table")
def as_it_stands(answer: requests.Response) -> Any:
    return ADVICE.get(answer.json()["type"], answer.json()["title"])


@what_to_tell.wrong("has a title for people")
def table_or_reason(answer: requests.Response) -> Any:
    return ADVICE.get(urlsplit(answer.json()["type"]).path, answer.reason)


@what_to_tell.wrong("the type too")
def trusts_the_type(answer: requests.Response) -> Any:
    return ADVICE.get(urlsplit(answer.json()["type"]).path, answer.json()["title"])


@what_to_tell.wrong("without a title")
def trusts_the_title(answer: requests.Response) -> Any:
    return ADVICE.get(urlsplit(answer.json().get("type", "")).path) or answer.json()["title"]


@what_to_tell.wrong("no JSON object")
def trusts_the_body(answer: requests.Response) -> Any:
    problem = answer.json()
    return ADVICE.get(urlsplit(problem.get("type", "")).path) or problem.get("title") or answer.reason


# --- a-sentence-that-arrives

MOST_CHANGES = 20


class Crowded(requests.Session):
    """A session in whose way somebody else changes the listing: right before each of its first changes is sent or,
    where rivals is None, right after its first read."""

    def __init__(self, like: requests.Session, rival: Callable[[int], None], rivals: int | None) -> None:
        super().__init__()
        self.headers.update(like.headers)
        self.rival, self.rivals, self.changes, self.reads = rival, rivals, 0, 0

    def request(self, method: Any, url: Any, *arguments: Any, **options: Any) -> requests.Response:
        if method.upper() == "PATCH":
            self.changes += 1
            if self.changes > MOST_CHANGES:
                raise RuntimeError("it sent changes on and on")
            if self.changes <= (self.rivals or 0):
                self.rival(self.changes)
        answer = super().request(method, url, *arguments, **options)
        if method.upper() in {"GET", "HEAD"}:
            self.reads += 1
            if self.reads == 1 and self.rivals is None:
                self.rival(1)
        return answer


class Scene:
    """A listing of Mira's, and what came of one call of the learner's function on it."""

    def __init__(
        self, market: Market, answer: Any, *, rivals: int | None = 0, tries: int = 3, guest: bool = False
    ) -> None:
        self.market = market
        self.path = f"listings/{market.send(market.mira, 'POST', 'listings/', json=FLAT).json()['id']}/"
        session = Crowded(market.ada if guest else market.mira, self.write, rivals)
        outcome = in_time(lambda: answer(session, market.api + self.path, " Gulls.", tries))
        self.outcome = outcome.status_code if isinstance(outcome, requests.Response) else str(outcome).split(":")[0]
        self.changes = session.changes
        text = market.send(market.anybody, "GET", self.path).json()["description"]
        self.sentences = sorted(sentence.strip() for sentence in text.split(".") if sentence.strip())

    def write(self, number: int) -> None:
        read = self.market.send(self.market.mira, "GET", self.path)
        change = {"description": read.json()["description"] + f" Rival {number}."}
        self.market.send(self.market.mira, "PATCH", self.path, json=change, headers={"If-Match": read.headers["ETag"]})


@chapter.exercise("a-sentence-that-arrives")
def a_sentence_that_arrives(lab: Lab, answer: Any) -> Iterator[Finding]:
    market = market_of(lab)
    alone = Scene(market, answer)
    yield Finding(
        "nobody else writes",
        expected=(200, ["Gulls"]),
        happened=(alone.outcome, alone.sentences),
        hint="send the text with the sentence, and the ETag that came with the text in If-Match; return the answer",
    )
    crowd = Scene(market, answer, rivals=2)
    yield Finding(
        "others write before your first change and your second",
        expected=["Gulls", "Rival 1", "Rival 2"],
        happened=crowd.sentences,
        hint="after a 412, read text and ETag anew, both from one answer, and add the sentence to that text",
    )
    yield Finding("and what is returned then", 200, crowd.outcome, "go on until a change is accepted, and return that")
    yield Finding(
        "somebody writes right after your first read",
        expected=["Gulls", "Rival 1"],
        happened=Scene(market, answer, rivals=None).sentences,
        hint="one answer has to give both text and ETag: an ETag that is newer than the text lets the old text pass",
    )
    always = Scene(market, answer, rivals=MOST_CHANGES)
    yield Finding(
        "others write before every change: changes sent, of at most three",
        expected=3,
        happened=always.changes,
        hint="`tries` bounds the loop: count the changes",
    )
    yield Finding(
        "and what comes of it",
        expected="HTTPError",
        happened=always.outcome,
        hint="the sentence is not there, and whoever called you must hear of it: raise_for_status()",
    )
    guest = Scene(market, answer, guest=True)
    yield Finding(
        "the listing is another's: outcome, and changes sent",
        expected=("HTTPError", 1),
        happened=(guest.outcome, guest.changes),
        hint="only 412 says that another try may help: a 403 will be a 403 again",
    )


def editor(
    *, version: str = "read", rereads: bool = True, again: str = "412", raises: bool = True, bound: bool = True
) -> Any:
    def add_sentence(session: Any, url: str, sentence: str, tries: int) -> Any:
        read = None
        for _ in range(tries) if bound else itertools.count():
            if rereads or read is None:
                read = session.get(url, timeout=5)
            tag = {"read": read.headers["ETag"], "any": "*", "fresh": session.get(url, timeout=5).headers["ETag"]}
            headers = {"If-Match": tag[version]} if version in tag else {}
            change = {"description": read.json()["description"] + sentence}
            answer = session.patch(url, json=change, headers=headers, timeout=5)
            if answer.ok or (again == "412" and answer.status_code != 412) or again == "never":
                break
        if raises:
            answer.raise_for_status()
        return answer

    return add_sentence


a_sentence_that_arrives.right(editor())


@a_sentence_that_arrives.right
def again_by_itself(session: Any, url: str, sentence: str, tries: int) -> Any:
    read = session.get(url, timeout=5)
    read.raise_for_status()
    change = {"description": f"{read.json()['description']}{sentence}"}
    answer = session.patch(url, json=change, headers={"if-match": read.headers["etag"]}, timeout=5)
    if answer.status_code == requests.codes.precondition_failed and tries > 1:
        return again_by_itself(session, url, sentence, tries - 1)
    answer.raise_for_status()
    return answer


a_sentence_that_arrives.wrong("in If-Match")(editor(version="none"))
a_sentence_that_arrives.wrong("newer than the text")(editor(version="fresh"))
a_sentence_that_arrives.wrong("read text and ETag anew")(editor(version="any"))
a_sentence_that_arrives.wrong("read text and ETag anew")(editor(version="fresh", rereads=False))
a_sentence_that_arrives.wrong("read text and ETag anew")(editor(rereads=False))
a_sentence_that_arrives.wrong("read text and ETag anew")(editor(again="never"))
a_sentence_that_arrives.wrong("count the changes")(editor(bound=False))
a_sentence_that_arrives.wrong("raise_for_status")(editor(raises=False))
a_sentence_that_arrives.wrong("a 403 again")(editor(again="any"))


# --- a-booking-that-survives

BUSY_BODY = json.dumps({"type": "/problems/request-in-progress", "title": "Under way", "status": 409}).encode()
BUSY = (
    b"HTTP/1.1 409 Conflict\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\n\r\n" % len(BUSY_BODY)
) + BUSY_BODY
ANSWER_LOST, REQUEST_LOST = "answer lost", "request lost"


class Late(requests.adapters.HTTPAdapter):
    """An adapter whose first answer comes when nobody waits for it any more."""

    def __init__(self) -> None:
        super().__init__()
        self.first = True

    def send(self, request: Any, *arguments: Any, **options: Any) -> requests.Response:
        answer = super().send(request, *arguments, **options)
        if self.first:
            self.first = not answer.content  # which has to be read, and then nobody hears of it
            raise requests.ReadTimeout("no answer in time", request=request)
        return answer


class Counter:
    """Where Ada books, over roads that lose things. keys: how many names the last wish was sent under."""

    def __init__(self, lab: Lab, answer: Any) -> None:
        self.market, self.answer, self.url = market_of(lab), answer, role_on(lab).url
        self.place = self.market.send(self.market.mira, "POST", "listings/", json=FLAT).json()["id"]
        self.days, self.keys = itertools.count(30, 5), 0

    def wish(self) -> dict[str, Any]:
        first = date.today() + timedelta(days=next(self.days))
        nights = {"check_in": str(first), "check_out": str(first + timedelta(days=2))}
        return {"listing": self.place, "guests": 1, **nights}

    def book(
        self, *fates: str | bytes, wish: dict[str, Any] | None = None, tries: int = 3, late: bool = False
    ) -> tuple[Any, int, int]:
        """Outcome, requests sent, and how many stays of Ada's stand for this wish."""
        road, wish = nexus.Road(self.url, *fates), wish or self.wish()
        bookings = f"{road.url}/api/v1/bookings/"
        with requests.Session() as session:
            session.headers.update(self.market.ada.headers)
            if late:
                session.mount("http://", Late())
            outcome = in_time(lambda: self.answer(session, bookings, dict(wish), tries))
        road.close()
        self.keys = len({key for one in road.requests for key in re.findall(rb"(?im)^idempotency-key: *(.+)\r$", one)})
        said = outcome.status_code if isinstance(outcome, requests.Response) else str(outcome).split(":")[0]
        return said, len(road.requests), self.standing(wish)

    def standing(self, wish: dict[str, Any]) -> int:
        return len(self.stays(wish))

    def stays(self, wish: dict[str, Any]) -> list[str]:
        mine = self.market.send(self.market.ada, "GET", "bookings/?page_size=100").json()["results"]
        wanted = (wish["listing"], wish["check_in"])
        return [
            one["id"] for one in mine if one["status"] != "cancelled" and (one["listing"], one["check_in"]) == wanted
        ]

    def cancel(self, wish: dict[str, Any]) -> None:
        for stay in self.stays(wish):
            self.market.send(self.market.ada, "POST", f"bookings/{stay}/cancel/")


@chapter.exercise("a-booking-that-survives")
def a_booking_that_survives(lab: Lab, answer: Any) -> Iterator[Finding]:
    counter = Counter(lab, answer)
    yield Finding(
        "nothing is lost: status, requests, stays",
        expected=(201, 1, 1),
        happened=counter.book(),
        hint="post the wish as JSON, and return the answer as soon as there is one",
    )
    first, second = counter.book(), counter.book()
    yield Finding(
        "two wishes, one after the other",
        expected=(201, 201),
        happened=(first[0], second[0]),
        hint="a key is the name of one wish: each call makes its own",
    )
    again = counter.wish()
    counter.book(wish=again)
    counter.cancel(again)
    yield Finding(
        "a stay, cancelled, and wished for again: status, requests, stays",
        expected=(201, 1, 1),
        happened=counter.book(wish=again),
        hint="the same words, and another wish: a key that is made of them would get the old answer",
    )
    yield Finding(
        "the first answer is lost: status, requests, stays",
        expected=(201, 2, 1),
        happened=counter.book(ANSWER_LOST),
        hint="after a ConnectionError, the same wish again with the same key: it is made once, before the loop",
    )
    yield Finding(
        "the first answer comes too late: status, requests, stays",
        expected=(201, 2, 1),
        happened=counter.book(late=True),
        hint="requests.Timeout is no ConnectionError, and says as little about what was done: go on after it, too",
    )
    yield Finding(
        "a request is lost, and then an answer: status, requests, stays",
        expected=(201, 3, 1),
        happened=counter.book(REQUEST_LOST, ANSWER_LOST),
        hint="one key for all the tries of a wish, and as many tries as `tries` says",
    )
    yield Finding(
        "the same request is in progress, once: status, requests, stays",
        expected=(201, 2, 1),
        happened=counter.book(BUSY),
        hint="a 409 of the type /problems/request-in-progress is no answer yet: try again, with the same key",
    )
    yield Finding("and under how many keys", 1, counter.keys, "the wish is still the same, and so is its key")
    taken = counter.wish()
    counter.market.send(counter.market.bo, "POST", "bookings/", json=taken)
    yield Finding(
        "the nights are Bo's: status, requests, stays",
        expected=(409, 1, 0),
        happened=counter.book(wish=taken),
        hint="dates that are taken are an answer: return it at once",
    )
    yield Finding(
        "every request is lost: outcome, requests, stays",
        expected=("ConnectionError", 3, 0),
        happened=counter.book(*[REQUEST_LOST] * 30),
        hint="after the last try, let the error through: whoever called you must know that nobody knows",
    )
    yield Finding(
        "always in progress: status, requests, stays",
        expected=(409, 3, 0),
        happened=counter.book(*[BUSY] * 30),
        hint="`tries` bounds these repeats, too, and the last answer is what is returned",
    )


BROKEN: tuple[type[Exception], ...] = (requests.ConnectionError, requests.Timeout)


def booker(
    *,
    key: str = "call",
    tries_: int | None = None,
    busy: bool = True,
    again: bool = False,
    silent: bool = False,
    broken: tuple[type[Exception], ...] = BROKEN,
) -> Any:
    fixed = str(uuid4())

    def book(session: Any, url: str, wish: Any, tries: int) -> Any:
        call = str(uuid4())
        for left in reversed(range(tries_ or tries)):
            made = str(uuid5(NAMESPACE_URL, json.dumps(wish, sort_keys=True)))
            value = {"call": call, "try": str(uuid4()), "fixed": fixed, "wish": made}.get(key)
            headers = {"Idempotency-Key": value} if value else {}
            try:
                answer = session.post(url, json=wish, headers=headers, timeout=5)
            except broken:
                if not left and not silent:
                    raise
                continue
            under_way = busy and "request-in-progress" in answer.text
            if not left or not (under_way or (again and not answer.ok)):
                return answer
        return None

    return book


a_booking_that_survives.right(booker())
a_booking_that_survives.wrong("would get the old answer")(booker(key="wish"))
a_booking_that_survives.wrong("go on after it, too")(booker(broken=(requests.ConnectionError,)))
a_booking_that_survives.wrong("made once, before the loop")(booker(key="try"))
a_booking_that_survives.wrong("the same key")(booker(key="none"))
a_booking_that_survives.wrong("the same wish again")(booker(tries_=1))
a_booking_that_survives.wrong("as many tries as")(booker(tries_=2))
a_booking_that_survives.wrong("each call makes its own")(booker(key="fixed"))
a_booking_that_survives.wrong("no answer yet")(booker(busy=False))
a_booking_that_survives.wrong("return it at once")(booker(again=True))
a_booking_that_survives.wrong("let the error through")(booker(silent=True))


@a_booking_that_survives.right
def remembers_the_outcome(session: Any, url: str, wish: Any, tries: int) -> Any:
    headers, outcome = {"Idempotency-Key": uuid4().hex}, None
    while tries:
        tries -= 1
        try:
            outcome = session.post(url, json=wish, headers=headers, timeout=5)
        except requests.RequestException as error:
            outcome = error
        else:
            if outcome.ok or outcome.json().get("type") != "/problems/request-in-progress":
                break
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


@a_booking_that_survives.wrong("so is its key")
def a_new_key_when_it_is_busy(session: Any, url: str, wish: Any, tries: int) -> Any:
    key = str(uuid4())
    for left in reversed(range(tries)):
        try:
            answer = session.post(url, json=wish, headers={"Idempotency-Key": key}, timeout=5)
        except BROKEN:
            if not left:
                raise
            continue
        if answer.status_code != 409 or "in-progress" not in answer.text or not left:
            return answer
        key = str(uuid4())
    return None


@a_booking_that_survives.wrong("the last answer is what is returned")
def nothing_in_the_end(session: Any, url: str, wish: Any, tries: int) -> Any:
    key = {"Idempotency-Key": str(uuid4())}
    for left in reversed(range(tries)):
        try:
            answer = session.post(url, json=wish, headers=key, timeout=5)
            if "request-in-progress" not in answer.text:
                return answer
        except BROKEN:
            if not left:
                raise
    return None
