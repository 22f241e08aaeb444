"""The exercises of 22c-bookings-over-http: the right status, a refusal that is only for now, and a careful client."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import requests
from psycopg.errors import DeadlockDetected, ExclusionViolation, SerializationFailure
from requests.structures import CaseInsensitiveDict

from exercises.bookings_without_conflict import Connection, tables
from nexus import Lab
from nexus.exercises import Chapter, Finding, attempt

chapter = Chapter("22c-bookings-over-http")
check = chapter.check

Act = Callable[[], Any]


# --- right-status

HOUSE = """
    create table rooms (name text primary key);
    insert into rooms values ('tower');
    create table stays (
        room text references rooms,
        stay daterange constraint stay_has_a_night check (not isempty(stay)),
        guests int constraint somebody_stays check (guests > 0),
        cleaner text,
        constraint one_guest_a_night exclude using gist (room with =, stay with &&),
        constraint one_room_a_cleaner exclude using gist (cleaner with =, stay with &&)
    )
"""
INSERT = "insert into stays values (%s, %s, %s, %s)"
NIGHT, NEXT = "[2030-06-01,2030-06-02)", "[2030-06-02,2030-06-03)"


def books(db: Connection, room: str = "tower", stay: str = NEXT, guests: int = 1, cleaner: str | None = None) -> Act:
    return lambda: db.execute(INSERT, [room, stay, guests, cleaner])


def has_a_slip() -> None:
    dict[str, str]()["guest"]


def kind(answer: Any) -> Any:
    """Of an error in words, its name."""
    return answer.partition(":")[0] if isinstance(answer, str) else answer


@chapter.exercise("right-status")
def right_status(lab: Lab, answer: Any) -> Iterator[Finding]:
    with tables(lab, HOUSE) as db:
        db.execute(INSERT, ["tower", NIGHT, 1, "Zoë"])
        yield Finding(
            "a free night is a 201",
            expected=201,
            happened=attempt(answer, books(db)),
            hint="after `act()` went well, return 201",
        )
        yield Finding(
            "a taken night is a 409",
            expected=409,
            happened=attempt(answer, books(db, stay=NIGHT)),
            hint="`one_guest_a_night` is what a 409 stands for",
        )
        yield Finding(
            "a stay without a night is a 400",
            expected=400,
            happened=attempt(answer, books(db, stay="empty")),
            hint="`stay_has_a_night` is broken by what the client sent: 400, and not a conflict",
        )
        for said, act, name, hint in (
            (
                "a cleaner in two rooms is let through",
                books(db, stay=NIGHT, room="attic", cleaner="Zoë"),
                "ExclusionViolation",
                "another exclusion constraint is no taken night: look at the name, not at the kind",
            ),
            (
                "nobody staying is let through",
                books(db, stay="[2030-07-01,2030-07-02)", guests=0),
                "CheckViolation",
                "another check is no stay without a night: look at the name, not at the kind",
            ),
            (
                "a room that is not there is let through",
                books(db, room="cellar", stay="[2030-07-01,2030-07-02)"),
                "ForeignKeyViolation",
                "what you have no status for, `raise`: IntegrityError is a family",
            ),
            (
                "a slip in our own code is let through",
                has_a_slip,
                "KeyError",
                "catch psycopg's errors only: a KeyError is a fault, and should be heard of",
            ),
        ):
            yield Finding(said, name, kind(attempt(answer, act)), hint)


def caught(error: type[BaseException], otherwise: Callable[[Any], Any]) -> Callable[[Act], Any]:
    """An answer that catches this, and asks `otherwise` for the status; None is let through."""

    def status(act: Act) -> Any:
        try:
            act()
        except error as caught:
            if (found := otherwise(caught)) is None:
                raise
            return found
        return 201

    return status


NAMES: dict[Any, int] = {"one_guest_a_night": 409, "stay_has_a_night": 400}


right_status.right(caught(psycopg.Error, lambda error: NAMES.get(error.diag.constraint_name)))


def by_kind(error: Any) -> int | None:
    return {ExclusionViolation: 409, psycopg.errors.CheckViolation: 400}.get(type(error))


right_status.wrong("not a conflict")(caught(psycopg.IntegrityError, lambda error: 409))
right_status.wrong("another exclusion constraint")(caught(psycopg.IntegrityError, by_kind))
right_status.wrong("`raise`")(
    caught(
        psycopg.IntegrityError,
        lambda error: (
            NAMES.get(error.diag.constraint_name)
            or (500 if isinstance(error, psycopg.errors.ForeignKeyViolation) else None)
        ),
    )
)
right_status.wrong("a KeyError is a fault")(
    caught(
        Exception,
        lambda error: NAMES.get(error.diag.constraint_name) if isinstance(error, psycopg.Error) else 500,
    )
)
right_status.wrong("another check")(
    caught(
        psycopg.IntegrityError,
        lambda error: (
            400 if isinstance(error, psycopg.errors.CheckViolation) else NAMES.get(error.diag.constraint_name)
        ),
    )
)


# --- not-now

OK, TAKEN, CLEANER = "ok", "taken", "cleaner"
DEADLOCK, SERIALIZATION, UNIQUE, CANCELED = "40P01", "40001", "23505", "57014"
BUSY = (503, {"Retry-After": "1"})
MOST = 8


class Server:
    """Calls that end in these ways, one after the other; the last one for ever."""

    def __init__(self, db: Connection, *ends: str) -> None:
        self.db, self.ends, self.calls = db, ends, 0

    def act(self) -> None:
        self.calls += 1
        if self.calls > MOST:
            raise RuntimeError(f"called more than {MOST} times")
        end = self.ends[min(self.calls, len(self.ends)) - 1]
        if end == TAKEN:
            self.db.execute(INSERT, ["tower", NIGHT, 1, None])
        elif end == CLEANER:
            self.db.execute(INSERT, [None, NIGHT, 1, "Zoë"])
        elif end != OK:
            self.db.execute(f"do $$ begin raise exception using errcode = '{end}'; end $$".encode())


@chapter.exercise("not-now")
def not_now(lab: Lab, answer: Any) -> Iterator[Finding]:
    with tables(lab, HOUSE) as db:
        db.execute(INSERT, ["tower", NIGHT, 1, "Zoë"])

        def handled(*ends: str) -> tuple[Any, int]:
            """What the answer returns, and how often it called."""
            server = Server(db, *ends)
            told = kind(attempt(answer, server.act))
            return tuple(told) if isinstance(told, list) else told, server.calls

        yield Finding("a free night: 201, at once", ((201, {}), 1), handled(OK), "return 201 and no headers, and stop")
        yield Finding(
            "a taken night: 409, at once",
            expected=((409, {}), 1),
            happened=handled(TAKEN),
            hint="no second try can change that the night is taken: return 409 and no headers from inside the loop",
        )
        for said, refusal in (("a serialization failure", SERIALIZATION), ("a deadlock", DEADLOCK)):
            yield Finding(
                f"{said}, and then it works: 201, at the second try",
                expected=((201, {}), 2),
                happened=handled(refusal, OK),
                hint=f"{said} is worth another try: leave the loop only when it went well",
            )
        yield Finding(
            "a deadlock, and then the night is taken: 409, at the second try",
            expected=((409, {}), 2),
            happened=handled(DEADLOCK, TAKEN),
            hint="each try can end in each way: catch both kinds inside the loop",
        )
        yield Finding(
            "refused three times: 503, and when to come back",
            expected=(BUSY, 3),
            happened=handled(SERIALIZATION),
            hint="three tries in all, and then 503 with the header `Retry-After`, which is text",
        )
        yield Finding(
            "a cleaner in two rooms is let through, at once",
            expected=("ExclusionViolation", 1),
            happened=handled(CLEANER),
            hint="another exclusion constraint is no taken night: ask for the rule's name",
        )
        yield Finding(
            "a statement that was cancelled is let through, at once",
            expected=("QueryCanceled", 1),
            happened=handled(CANCELED),
            hint="OperationalError is a family, and most of it is no refusal: catch the two errors by name",
        )
        yield Finding(
            "a unique violation is let through, at once",
            expected=("UniqueViolation", 1),
            happened=handled(UNIQUE),
            hint="name the errors that you catch, one by one: this is none of them",
        )


def handles(
    again: Any = (SerializationFailure, DeadlockDetected),
    taken: Any = ExclusionViolation,
    tries: int = 3,
    busy: Any = BUSY,
    ask_for_name: bool = True,
) -> Callable[[Act], Any]:
    """An answer of the right form."""

    def handle(act: Act) -> Any:
        for _ in range(tries):
            try:
                act()
            except again:
                continue
            except taken as error:
                if ask_for_name and error.diag.constraint_name != "one_guest_a_night":
                    raise
                return 409, {}
            return 201, {}
        return busy

    return handle


not_now.wrong("no second try can change")(handles(again=psycopg.Error))
not_now.wrong("most of it is no refusal")(handles(again=psycopg.OperationalError))
not_now.wrong("a serialization failure is worth")(handles(again=DeadlockDetected))
not_now.wrong("a deadlock is worth")(handles(again=SerializationFailure))
not_now.wrong("three tries in all")(handles(tries=4))
not_now.wrong("`Retry-After`, which is text")(handles(busy=(503, {"Retry-After": 1})))
not_now.wrong("`Retry-After`")(handles(busy=(409, {})))
not_now.wrong("ask for the rule's name")(handles(ask_for_name=False))


@not_now.right
def counts_down(act: Act) -> Any:
    left = 3
    while left:
        try:
            act()
        except psycopg.Error as error:
            left -= 1
            if error.diag.constraint_name == "one_guest_a_night":
                return 409, {}
            if error.sqlstate not in {SERIALIZATION, DEADLOCK}:
                raise
        else:
            return 201, {}
    return BUSY


not_now.right(lambda act: list(handles()(act)))


@not_now.wrong("each try can end in each way")
def sees_the_taken_night_at_the_first_try_only(act: Act) -> Any:
    try:
        act()
    except ExclusionViolation as error:
        if error.diag.constraint_name != "one_guest_a_night":
            raise
        return 409, {}
    except (SerializationFailure, DeadlockDetected):
        return handles(tries=2, taken=())(act)
    return 201, {}


@not_now.wrong("this is none of them")
def takes_what_it_does_not_know_for_a_refusal(act: Act) -> Any:
    try:
        return handles()(act)
    except psycopg.errors.UniqueViolation:
        return BUSY


# --- any-night

NIGHTS = ("Saturday", "Friday", "Sunday")  # in an order that no sorting makes
SILENCE = "no answer"
MOST_REQUESTS = 12
LONGEST = 30  # seconds that are still worth waiting
WAITS = (2, 7, 4)  # what a night's first 503 says in Retry-After, its second, and its third

Headers = Mapping[str, str]
Answer = int | str | tuple[int, Headers]  # a status, a silence, or a status with headers of its own
Post = Callable[[str], tuple[int, Headers]]
Pause = Callable[[Any], None]


def busy_for(seconds: int) -> Answer:
    return 503, {"Retry-After": str(seconds)}


OF_A_PROXY: Answer = (503, {})


class House:
    """Answers for each night, one after the other, and the last of them for ever. It notes requests and pauses."""

    def __init__(self, **answers: Sequence[Answer]) -> None:
        self.answers, self.asked = answers, list[str]()
        self.told, self.pauses = [0], [list[Any]()]  # after each request; the first of both is before them all

    def post(self, night: str) -> tuple[int, Headers]:
        self.asked.append(night)
        if len(self.asked) > MOST_REQUESTS:
            raise RuntimeError(f"more than {MOST_REQUESTS} requests")
        number, answers = self.asked.count(night) - 1, self.answers[night]
        answer = answers[min(number, len(answers) - 1)]
        if answer == 503:
            answer = busy_for(WAITS[min(number, len(WAITS) - 1)])
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        self.told.append(int(headers.get("Retry-After", 0)))
        self.pauses.append([])
        if isinstance(status, str):
            raise requests.Timeout(status)
        return status, CaseInsensitiveDict(headers)

    def pause(self, seconds: Any) -> None:
        self.pauses[-1].append(seconds)

    def story(self) -> list[str]:
        """The nights in the order of the requests, and between them how long the answer waited."""
        nights = ["", *self.asked]
        waited = map(_length, self.told, self.pauses)
        return [said for step in zip(nights, waited, strict=True) for said in step if said]


def _length(told: int, pauses: Sequence[Any]) -> str:
    """The pauses as one. What was told and up to as much again, such as by lot, is as good as what was told."""
    if not all(isinstance(seconds, int | float) for seconds in pauses):
        return f"{pauses[0]!r}, which is no number"
    waited = sum(pauses)
    waited = told if told <= waited <= 2 * told else waited
    return f"{waited:g}s" if waited else ""


class _Raised:
    def __repr__(self) -> str:
        return "an error"


RAISED = _Raised()  # which no answer can return


@chapter.exercise("any-night")
def any_night(lab: Lab, answer: Any) -> Iterator[Finding]:
    def run(first: Sequence[Answer], second: Sequence[Answer] = (201,)) -> tuple[Any, House]:
        """What the answer returns, or that it raised an error, and what the house noted."""
        house = House(**dict(zip(NIGHTS, (first, second, [409]), strict=True)))
        try:
            told = answer(house.post, NIGHTS, house.pause)
        except Exception:
            told = RAISED
        return told, house

    def booked(first: Sequence[Answer], second: Sequence[Answer] = (201,)) -> tuple[Any, list[str]]:
        """And the nights that it asked for."""
        told, house = run(first, second)
        return told, house.asked

    def waited(first: Sequence[Answer]) -> tuple[Any, list[str]]:
        """And the nights and the pauses."""
        told, house = run(first)
        return told, house.story()

    best, other, _ = NIGHTS
    yield Finding(
        "the first night is free",
        expected=(best, [best]),
        happened=booked([201]),
        hint="the first of the list is the best; a 201 is a booking: return the night, and send nothing more",
    )
    yield Finding(
        "the first is taken, the second free",
        expected=(other, [best, other]),
        happened=booked([409]),
        hint="a 409 says for certain that this night is gone: go on to the next one, at once",
    )
    yield Finding(
        "all are taken",
        expected=(None, list(NIGHTS)),
        happened=booked([409], [409]),
        hint="after the last night there is nothing to return but None",
    )
    yield Finding(
        "the first answer gets lost",
        expected=(RAISED, [best]),
        happened=booked([SILENCE]),
        hint="the request may have been done, and only its answer lost: another night would be a second booking",
    )
    yield Finding(
        "twice 503, and then it works",
        expected=(best, [best] * 3),
        happened=booked([503, 503, 201]),
        hint="a 503 says: the same again, later. Nothing was booked, and the night may be free",
    )
    yield Finding(
        "in between it waits as long as it is told",
        expected=(best, [best, "2s", best, "7s", best]),
        happened=waited([503, 503, 201]),
        hint="`Retry-After` says when to come back, in text: before you ask again, `pause` for that `int` of seconds",
    )
    yield Finding(
        "503 for ever",
        expected=(RAISED, [best] * 3),
        happened=booked([503]),
        hint="three requests for one night in all; then give up with an error: the night may still be free",
    )
    yield Finding(
        "after the third it waits no more",
        expected=(RAISED, [best, "2s", best, "7s", best]),
        happened=waited([503]),
        hint="after the last request there is nothing to wait for: raise the error at once",
    )
    yield Finding(
        "503, to come back in 30 seconds",
        expected=(best, [best, "30s", best]),
        happened=waited([busy_for(LONGEST), 201]),
        hint="exactly 30 seconds may still be waited",
    )
    yield Finding(
        "503, to come back in an hour",
        expected=(RAISED, [best]),
        happened=waited([busy_for(3600)]),
        hint="longer than 30 seconds is too long, and earlier than told is no better than at once: raise an error",
    )
    yield Finding(
        "503 of somebody on the way",
        expected=(RAISED, [best]),
        happened=waited([OF_A_PROXY]),
        hint="without `Retry-After` it isn't the API's own, and the night may be booked already: raise an error",
    )
    yield Finding(
        "500",
        expected=(RAISED, [best]),
        happened=booked([500]),
        hint="after a 500 nobody knows what was done: raise an error, and send nothing more",
    )
    for status, hint in ((401, "only a 409 says that the night is gone"), (202, "only a 201 says that she has it")):
        yield Finding(
            str(status),
            expected=(RAISED, [best]),
            happened=booked([status]),
            hint=f"{hint}: with any status that the task doesn't name, raise an error",
        )
    yield Finding(
        "503, and then it is taken",
        expected=(other, [best, best, other]),
        happened=booked([503, 409]),
        hint="each answer can follow a 503: look at the status again after each request",
    )
    yield Finding(
        "twice 503, then taken; and the second night the same, but free",
        expected=(other, [best] * 3 + [other] * 3),
        happened=booked([503, 503, 409], [503, 503, 201]),
        hint="each night has three requests of its own: begin to count anew",
    )


@dataclass(frozen=True)
class Asks:
    """Answers of the right form."""

    tries: int = 3
    again: Sequence[int] = (503,)
    taken: Sequence[int] = (409,)
    done: Sequence[int] = (201,)
    seconds: Callable[[Headers], Any] = lambda headers: int(headers["Retry-After"])
    longest: float = LONGEST

    def __call__(self, post: Post, nights: Sequence[str], pause: Pause) -> Any:
        for night in nights:
            status = self.last_status(post, night, pause)
            if status in self.done:
                return night
            if status not in self.taken:
                raise RuntimeError(str(status))
        return None

    def last_status(self, post: Post, night: str, pause: Pause) -> int:
        for left in reversed(range(self.tries)):
            status, headers = post(night)
            if status not in self.again or not left:
                break
            told = self.seconds(headers) if status == 503 else 1
            if isinstance(told, int) and told > self.longest:
                break
            if told is not None:
                pause(told)
        return status


any_night.right(lambda post, nights, pause: Asks()(post, iter(nights), pause))
any_night.right(Asks(seconds=lambda headers: int(headers["retry-after"])))
any_night.wrong("three requests for one night")(Asks(tries=10))
any_night.wrong("the same again, later")(Asks(tries=1))
any_night.wrong("then give up with an error")(Asks(taken=(409, 503)))
any_night.wrong("after a 500 nobody knows")(Asks(taken=(409, 500)))
any_night.wrong("after a 500 nobody knows")(Asks(again=(503, 500)))
any_night.wrong("only a 409")(Asks(taken=range(400, 500)))
any_night.wrong("only a 201")(Asks(done=range(200, 300)))
any_night.wrong("the first of the list")(lambda post, nights, pause: Asks()(post, sorted(nights), pause))
any_night.wrong("go on to the next one")(Asks(again=(503, 409)))
any_night.wrong("when to come back")(Asks(seconds=lambda headers: None))  # the same again, at once
any_night.wrong("when to come back")(Asks(seconds=lambda headers: 1))
any_night.wrong("in text")(Asks(seconds=lambda headers: headers["Retry-After"]))
any_night.wrong("exactly 30")(Asks(longest=LONGEST - 1))
any_night.wrong("is too long")(Asks(longest=float("inf")))
any_night.wrong("earlier than told")(Asks(seconds=lambda headers: min(int(headers["Retry-After"]), LONGEST)))
any_night.wrong("it isn't the API's own")(Asks(seconds=lambda headers: int(headers.get("Retry-After", 1))))


@any_night.right
def adds_a_little_by_lot(post: Post, nights: Sequence[str], pause: Pause) -> Any:
    return Asks()(post, nights, lambda seconds: pause(seconds * random.uniform(1, 1.5)))  # noqa: S311 - no secret


@any_night.wrong("nothing to wait for")
def waits_after_the_last_as_well(post: Post, nights: Sequence[str], pause: Pause) -> Any:
    for night in nights:
        status = 503
        for _ in range(3):
            status, headers = post(night)
            if status != 503:
                break
            pause(int(headers["Retry-After"]))
        if status == 201:
            return night
        if status != 409:
            raise RuntimeError(str(status))
    return None


@any_night.wrong("only its answer lost")
def goes_on_after_a_silence(post: Post, nights: Sequence[str], pause: Pause) -> Any:
    def told(night: str) -> tuple[int, Headers]:
        try:
            return post(night)
        except requests.Timeout:
            return 409, {}

    return Asks()(told, nights, pause)


@any_night.wrong("only its answer lost")
def asks_again_after_a_silence(post: Post, nights: Sequence[str], pause: Pause) -> Any:
    try:
        return Asks()(post, nights, pause)
    except requests.Timeout:
        return Asks()(post, nights, pause)


@any_night.wrong("only its answer lost")
def returns_its_errors(post: Post, nights: Sequence[str], pause: Pause) -> Any:
    try:
        return Asks()(post, nights, pause)
    except (requests.Timeout, RuntimeError):
        return "an error"


@any_night.wrong("of its own")
def counts_over_all_nights(post: Post, nights: Sequence[str], pause: Pause) -> Any:
    tries = 3
    for night in nights:
        while (answer := post(night))[0] == 503 and tries > 1:
            tries -= 1
            if (seconds := int(answer[1]["Retry-After"])) > LONGEST:
                break
            pause(seconds)
        if answer[0] == 201:
            return night
        if answer[0] != 409:
            raise RuntimeError(str(answer[0]))
    return None


@any_night.right
def takes_them_from_a_list(post: Post, nights: Sequence[str], pause: Pause) -> Any:
    left, tries = list(nights), 0
    while left:
        (status, headers), tries = post(left[0]), tries + 1
        if status == 201:
            return left[0]
        if status == 409:
            left, tries = left[1:], 0
        elif status != 503 or tries == 3 or int(headers["Retry-After"]) > LONGEST:
            raise ConnectionError(status)
        else:
            pause(float(headers["Retry-After"]))
    return None
