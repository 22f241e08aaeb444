"""The exercises of 41b-rate-limits-over-http: a 429 that tells the truth, whose address to count, a patient client."""

import contextlib
import math
import re
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Any
from wsgiref.util import setup_testing_defaults

import requests

import nexus
from nexus import Lab
from nexus.exercises import Chapter, Finding, attempt, in_threads, unless_failed

chapter = Chapter("41b-rate-limits-over-http")
check = chapter.check


# --- true-retry-after


class Clocked:
    """A limiter on a clock that the check turns, and whose guests are nobody else's."""

    def __init__(self, lab: Lab, limit: int, period: float) -> None:
        self.now, self.asked = 0.0, 0
        self._limiter = nexus.Limiter(lab.redis, limit, period)
        self._room = uuid.uuid4().hex

    def hit(self, key: str) -> nexus.Decision:
        self.asked += 1
        return self._limiter.hit(f"{self._room}:{key}", self.now)


class Guarded:
    """An app behind the answer, asked without a network, so that guests can have addresses of their own."""

    def __init__(self, answer: Any, limiter: Clocked) -> None:
        self.worked = 0
        self._app = answer(self._work, limiter)

    def _work(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.worked += 1
        start_response("200 OK", [])
        return [b"a flat"]

    def ask(self, address: str, forwarded: str | None = None) -> tuple[str, str | None]:
        """The status code, and what Retry-After says. Raises TypeError for what no server would take."""
        environ: dict[str, Any] = {}
        setup_testing_defaults(environ)
        environ["REMOTE_ADDR"] = address
        if forwarded:
            environ["HTTP_X_FORWARDED_FOR"] = forwarded
        said: list[Any] = []

        def start_response(status: str, headers: Any, exc_info: Any = None) -> None:
            if not isinstance(status, str):
                raise TypeError("the status is a text: '429 Too Many Requests'")
            if not isinstance(headers, list) or not all(isinstance(pair, tuple) for pair in headers):
                raise TypeError("the headers are a list of pairs: [('Retry-After', ...)]")
            said[:] = [status, headers]

        body = self._app(environ, start_response)
        if body is None or callable(body) or not all(isinstance(part, bytes) for part in body):
            raise TypeError("what an app returns is a list of bytes, such as [b'Too many requests']")
        if not said:
            raise TypeError("an app calls start_response(status, headers) before it returns")
        status, headers = said
        return status[:3], next((value for name, value in headers if name.lower() == "retry-after"), None)


@chapter.exercise("true-retry-after")
def true_retry_after(lab: Lab, answer: Any) -> Iterator[Finding]:
    limiter = Clocked(lab, limit=2, period=5)
    guarded = Guarded(answer, limiter)
    codes = [guarded.ask("203.0.113.1")[0] for _ in range(2)]
    code, told = guarded.ask("203.0.113.1")
    refuses = Finding(
        "of a limit of two, two pass and the third is told 429",
        expected=["200", "200", "429"],
        happened=[*codes, code],
        hint="ask `limiter.hit(...)` at every request, and answer 429 where `.admitted` is false",
    )
    yield refuses
    yield Finding(
        "the app did no work for the one that was refused",
        expected=2,
        happened=guarded.worked,
        hint="decide first, and call `app` only for who is admitted"
        if guarded.worked > 2
        else unless_failed(refuses, "who is admitted gets what `app` returns: call it"),
    )
    yield Finding(
        "three requests, three questions to the limiter",
        expected=3,
        happened=limiter.asked,
        hint=unless_failed(refuses, "ask once and keep the decision: a second question counts as a second request"),
    )
    yield Finding(
        "another address has a limit of its own",
        expected="200",
        happened=guarded.ask("203.0.113.2")[0],
        hint="the guest to count is `environ['REMOTE_ADDR']`: one key for all lets one guest use up everybody's limit",
    )
    yield Finding(
        "who is refused is refused with a forged X-Forwarded-For as well",
        expected="429",
        happened=guarded.ask("203.0.113.1", forwarded="198.51.100.1")[0],
        hint=unless_failed(
            refuses, "count by `environ['REMOTE_ADDR']` and nothing else: a header is what a client says"
        ),
    )
    digits = isinstance(told, str) and bool(re.fullmatch(r"\d+", told))
    yield Finding(
        "Retry-After is a whole number of seconds",
        expected="digits",
        happened="digits" if digits else told,
        hint=unless_failed(
            refuses, "the headers are a list of pairs of texts, and this field takes whole seconds: no point, no unit"
        ),
    )
    if digits and told:
        limiter.now = float(told)
        yield Finding(
            "whoever comes back after so many seconds passes",
            expected="200",
            happened=guarded.ask("203.0.113.1")[0],
            hint="half a second too early is too early: round up",
        )
        limiter.now = 10
        codes = [guarded.ask("203.0.113.3")[0] for _ in range(2)]
        limiter.now = 10.5
        yield Finding(
            "a wait of exactly two seconds stays two",
            expected="2",
            happened=guarded.ask("203.0.113.3")[1],
            hint="`math.ceil(decision.retry_after)`: adding one, or `reset_after`, makes others wait for nothing",
        )


Start = Callable[..., Any]
App = Callable[[dict[str, Any], Start], Any]


def refuse(start: Start, retry_after: Any, status: str = "429 Too Many Requests") -> list[bytes]:
    start(status, [("Retry-After", retry_after)] if retry_after is not None else [])
    return [b"Too many requests"]


def that_says(retry_after: Callable[[float], Any]) -> Any:
    """An answer that is right, apart from how it puts the wait into words."""

    def limited(app: App, limiter: Clocked) -> App:
        def guarded(environ: dict[str, Any], start: Start) -> Any:
            decision = limiter.hit(environ["REMOTE_ADDR"])
            return app(environ, start) if decision.admitted else refuse(start, retry_after(decision.retry_after))

        return guarded

    return limited


true_retry_after.right(that_says(lambda wait: f"{-int(-wait // 1)}"))
true_retry_after.wrong("round up")(that_says(lambda wait: str(int(wait))))
true_retry_after.wrong("round up")(that_says(lambda wait: str(round(wait))))
true_retry_after.wrong("adding one")(that_says(lambda wait: str(int(wait) + 1)))
true_retry_after.wrong("whole seconds")(that_says(str))
true_retry_after.wrong("whole seconds")(that_says(lambda wait: f"{math.ceil(wait)} s"))
true_retry_after.wrong("pairs of texts")(that_says(lambda wait: None))
true_retry_after.wrong("pairs of texts")(that_says(math.ceil))


@true_retry_after.wrong("reset_after")
def waits_for_all(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Any:
        decision = limiter.hit(environ["REMOTE_ADDR"])
        return app(environ, start) if decision.admitted else refuse(start, str(math.ceil(decision.reset_after)))

    return guarded


@true_retry_after.wrong("call `app` only")
def works_first(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Any:
        body = app(environ, start)
        decision = limiter.hit(environ["REMOTE_ADDR"])
        return body if decision.admitted else refuse(start, str(math.ceil(decision.retry_after)))

    return guarded


@true_retry_after.wrong("everybody's limit")
def counts_all_as_one(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Any:
        decision = limiter.hit(environ["PATH_INFO"])
        return app(environ, start) if decision.admitted else refuse(start, str(math.ceil(decision.retry_after)))

    return guarded


@true_retry_after.wrong("answer 429")
def forbids(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Any:
        decision = limiter.hit(environ["REMOTE_ADDR"])
        if decision.admitted:
            return app(environ, start)
        return refuse(start, str(math.ceil(decision.retry_after)), "403 Forbidden")

    return guarded


@true_retry_after.wrong("what a client says")
def believes_what_it_is_told(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Any:
        decision = limiter.hit(environ.get("HTTP_X_FORWARDED_FOR", environ["REMOTE_ADDR"]))
        return app(environ, start) if decision.admitted else refuse(start, str(math.ceil(decision.retry_after)))

    return guarded


@true_retry_after.wrong("keep the decision")
def asks_again(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Any:
        guest = environ["REMOTE_ADDR"]
        if limiter.hit(guest).admitted:
            return app(environ, start)
        return refuse(start, str(math.ceil(limiter.hit(guest).retry_after)))

    return guarded


@true_retry_after.wrong("call it")
def forgets_the_app(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Any:
        decision = limiter.hit(environ["REMOTE_ADDR"])
        if not decision.admitted:
            return refuse(start, str(math.ceil(decision.retry_after)))
        start("200 OK", [])
        return [b"you may pass"]

    return guarded


@true_retry_after.right
def in_pieces(app: App, limiter: Clocked) -> App:
    def guarded(environ: dict[str, Any], start: Start) -> Iterator[bytes]:
        decision = limiter.hit(environ["REMOTE_ADDR"])
        if decision.admitted:
            yield from app(environ, start)
        else:
            start("429 Too Many Requests", [("retry-after", str(math.ceil(decision.retry_after)))])

    return guarded


@true_retry_after.wrong("at every request")
def decides_once(app: App, limiter: Clocked) -> App:
    decision = limiter.hit("everybody")
    return app if decision.admitted else lambda environ, start: refuse(start, str(math.ceil(decision.retry_after)))


# --- whose-address

TRUSTED = ["10.0.0.0/8", "192.0.2.7/32", "2001:db8:1::/48"]
GUEST, OTHER, OURS, EDGE = "203.0.113.9", "198.51.100.1", "10.0.0.1", "192.0.2.7"
CASES = [
    (
        "who connects directly is counted as who connects",
        (GUEST, OTHER),
        GUEST,
        "a peer that is none of yours wrote the header itself: look at the peer first",
    ),
    (
        "without a header it is the peer",
        (OURS, None),
        OURS,
        "`forwarded` may be None: then there is nobody but the peer",
    ),
    (
        "behind one proxy it is the guest",
        (OURS, GUEST),
        GUEST,
        "your own proxy's last entry is the guest: compare with `in ip_network(...)`, for `trusted` lists networks",
    ),
    (
        "behind two proxies it is the guest, too",
        (OURS, f"{GUEST}, {EDGE}"),
        GUEST,
        "go from the right to the left, past every address that is yours, and leave out the spaces: `strip()`",
    ),
    (
        "what a guest wrote in front is not believed",
        (OURS, f"{OTHER}, {GUEST}"),
        GUEST,
        "from the right, the first address that isn't yours ends the search: what stands left of it, that guest wrote",
    ),
    (
        "not even the address of one of your own",
        (OURS, f"{OTHER}, 10.0.0.99, {GUEST}"),
        GUEST,
        "stop at the first address from the right that isn't yours, wherever others of yours may stand",
    ),
    (
        "where all are yours, it is the one farthest away",
        (OURS, "10.0.0.4,10.0.0.5,10.0.0.6"),
        "10.0.0.4",
        "all of them told the truth: the leftmost one is where it began",
    ),
    (
        "what is no address ends the search",
        (OURS, f"{OTHER}, unknown, {EDGE}"),
        EDGE,
        "`ip_address` raises ValueError for what is no address: count the last one before it",
    ),
    (
        "addresses of IPv6 are found as well",
        ("2001:db8:1::5", "2001:db8:9::7"),
        "2001:db8:9::7",
        "compare addresses, not texts: `ip_address(...) in ip_network(...)` knows both kinds",
    ),
]


@chapter.exercise("whose-address")
def whose_address(lab: Lab, answer: Any) -> Iterator[Finding]:
    stays_at_the_peer = ""
    for what, (peer, forwarded), expected, hint in CASES:
        found = str(attempt(answer, peer, forwarded, list(TRUSTED)))
        stays = found == peer != expected
        yield Finding(what, expected=expected, happened=found, hint=(stays and stays_at_the_peer) or hint)
        if stays and "behind" in what:
            stays_at_the_peer = stays_at_the_peer or hint
    limiter = Clocked(lab, limit=10, period=3600)
    lies = [f"198.51.100.{number}, {GUEST}" for number in range(100)]
    yield Finding(
        "a hundred requests with a hundred lies, of ten an hour: ten pass",
        expected=10,
        happened=attempt(lambda: sum(limiter.hit(str(answer(OURS, lie, list(TRUSTED)))).admitted for lie in lies)),
        hint="the address must be the same for all of them: what the guest wrote may not change it",
    )


def ours(text: str, trusted: Sequence[str]) -> bool:
    return any(ip_address(text) in ip_network(network) for network in trusted)


def hops(peer: str, forwarded: str | None) -> list[str]:
    """From the peer outwards."""
    return [peer, *(hop.strip() for hop in reversed((forwarded or "").split(",")))]


def is_address(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ip_address(text))
    return False


@whose_address.right
def looks_for_the_first_stranger(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    known = []
    for hop in hops(peer, forwarded):
        if not is_address(hop):
            break
        known.append(hop)
        if not ours(hop, trusted):
            return hop
    return known[-1]


@whose_address.right
def asks_one_hop_at_a_time(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    before, _, last = (forwarded or "").rpartition(",")
    if not ours(peer, trusted) or not is_address(last.strip()):
        return peer
    found: str = asks_one_hop_at_a_time(last.strip(), before, trusted)
    return found


@whose_address.right
def returns_an_address(peer: str, forwarded: str | None, trusted: Sequence[str]) -> Any:
    return ip_address(looks_for_the_first_stranger(peer, forwarded, trusted))


@whose_address.wrong("leave out the spaces")
def minds_the_spaces(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    client = peer
    for hop in reversed((forwarded or "").split(",")):
        if not ours(client, trusted) or not is_address(hop):
            break
        client = hop
    return client


@whose_address.wrong("the leftmost one")
def knows_two_proxies(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    client = peer
    for hop in hops(peer, forwarded)[1:3]:
        if ours(client, trusted) and is_address(hop):
            client = hop
    return client


@whose_address.wrong("past every address that is yours")
def knows_one_network(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    found: str = looks_for_the_first_stranger(peer, forwarded, trusted[:1])
    return found


@whose_address.wrong("look at the peer first")
def believes_the_header(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    return forwarded.split(",")[0].strip() if forwarded else peer


@whose_address.wrong("may be None")
def expects_a_header(peer: str, forwarded: Any, trusted: Sequence[str]) -> str:
    if not ours(peer, trusted):
        return peer
    return next((hop for hop in hops(peer, forwarded.strip()) if not ours(hop, trusted)), peer)


@whose_address.wrong("lists networks")
def compares_texts(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    return next((hop for hop in hops(peer, forwarded) if hop not in trusted), peer)


@whose_address.wrong("past every address that is yours")
def takes_the_last(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    return forwarded.split(",")[-1].strip() if forwarded and ours(peer, trusted) else peer


@whose_address.wrong("what stands left of it")
def takes_the_first(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    return forwarded.split(",")[0].strip() if forwarded and ours(peer, trusted) else peer


@whose_address.wrong("what stands left of it")
def takes_the_first_stranger_from_the_left(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    known = [hop for hop in hops(peer, forwarded) if is_address(hop)]
    strangers = [hop for hop in reversed(known) if not ours(hop, trusted)]
    return peer if not ours(peer, trusted) or not strangers else strangers[0]


@whose_address.wrong("the leftmost one")
def gives_up_on_its_own(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    return next((hop for hop in hops(peer, forwarded) if is_address(hop) and not ours(hop, trusted)), peer)


@whose_address.wrong("raises ValueError")
def trusts_the_form(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    known = hops(peer, forwarded) if forwarded else [peer]
    return next((hop for hop in known if not ours(hop, trusted)), known[-1])


@whose_address.wrong("raises ValueError")
def leaves_out_what_is_none(peer: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    known = [hop for hop in hops(peer, forwarded) if is_address(hop)]
    return next((hop for hop in known if not ours(hop, trusted)), known[-1])


# --- patient-client

MOST_REQUESTS, PATIENCE_SECONDS = 20, 20
Step = tuple[str, str | None]  # a status, and Retry-After where there is one


class Reception:
    """A server that answers by a list, the last entry for ever, and a client's visit to it, on a clock of its own."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.asked = 0
        self.waits: list[float] = []
        self.served = nexus.serve(self._app)

    def _app(self, environ: dict[str, Any], start: Start) -> list[bytes]:
        status, told = self.steps[min(self.asked, len(self.steps) - 1)]
        self.asked += 1
        start(status, [("Retry-After", told)] if told else [])
        return [b""]

    def get(self) -> requests.Response:
        if self.asked >= MOST_REQUESTS:
            raise SystemExit  # ends the visit's thread, whatever else the answer catches
        return requests.get(self.served.url, timeout=10)

    def wait(self, seconds: float) -> None:
        if isinstance(seconds, str):  # time.sleep takes no text either
            raise TypeError(A_TEXT)
        self.waits.append(float(seconds))
        if len(self.waits) > MOST_REQUESTS:
            raise SystemExit

    def visit(self, answer: Any, tries: int, *steps: Step) -> Any:
        """The status code that the answer comes back with, or in words why there is none."""
        self.steps, self.asked, self.waits = list(steps), 0, []
        call = partial(attempt, answer, self.get, self.wait, tries)
        came = in_threads([call], PATIENCE_SECONDS, "it never comes back")[0]
        return getattr(came, "status_code", came)

    def waited(self, *told: float) -> list[float]:
        """What was told, where the waits are as long or, to be on the safe side, a little longer; else the waits."""
        near = len(told) == len(self.waits) and all(a <= b < a + 1 for a, b in zip(told, self.waits, strict=True))
        return list(told) if near else self.waits


OK, FULL, AWAY = "200 OK", "429 Too Many Requests", "503 Service Unavailable"
NOT_FOUND, BROKEN = "404 Not Found", "500 Internal Server Error"
A_TEXT = "wait takes a number, and a header is a text: int(...)"


@chapter.exercise("patient-client")
def patient_client(lab: Lab, answer: Any) -> Iterator[Finding]:
    reception = Reception()
    try:
        yield from visits(reception, answer)
    finally:
        reception.served.stop()


def visits(reception: Reception, answer: Any) -> Iterator[Finding]:
    code = reception.visit(answer, 5, (FULL, "2"), (FULL, "3"), (OK, None))
    served = Finding(
        "told to wait 2 seconds and then 3, it waits, asks again and is served",
        expected=(200, 3, [2, 3]),
        happened=(code, reception.asked, reception.waited(2, 3)),
        hint="what a header says is a text: `wait(int(...))`"
        if A_TEXT in str(code)
        else "`wait` for the seconds in `response.headers['Retry-After']`, each time, before you ask again",
    )
    yield served
    code = reception.visit(answer, 3, (FULL, "1"))
    gives_up = Finding(
        "with 3 tries, it asks 3 times and returns the refusal",
        expected=(429, 3),
        happened=(code, reception.asked),
        hint=served.hint
        if A_TEXT in str(code)
        else "`tries` counts requests, the first one included; after the last, return the response",
    )
    yield gives_up
    yield Finding(
        "it does not wait after the last try",
        expected=2,
        happened=len(reception.waits),
        hint=served.hint
        if len(reception.waits) < 2 and not served.passed
        else "between three requests there are two waits: who has given up has nothing to wait for",
    )
    for status, hint in (
        (NOT_FOUND, "only 429 and 503 get better by waiting"),
        (BROKEN, "a 500 is no refusal, so don't send it again: half of the work may have been done"),
    ):
        code = reception.visit(answer, 3, (status, None))
        yield Finding(
            f"a {status[:3]} is returned at once",
            expected=(int(status[:3]), 1, []),
            happened=(code, reception.asked, reception.waits),
            hint=gives_up.hint if reception.asked > 1 and not reception.waits else hint,
        )
    code = reception.visit(answer, 3, (AWAY, "4"), (OK, None))
    yield Finding(
        "a 503 is a refusal, too",
        expected=(200, 2, [4]),
        happened=(code, reception.asked, reception.waited(4)),
        hint="a server that fails closed answers 503, and says when to come back" if code == 503 else served.hint,
    )
    code = reception.visit(answer, 3, (FULL, None), (OK, None))
    yield Finding(
        "a refusal that names no time is asked again after one second",
        expected=(200, 2, [1]),
        happened=(code, reception.asked, reception.waited(1)),
        hint=served.hint
        if reception.asked > 1 and not served.passed
        else "the header may be missing: `headers.get('Retry-After', 1)`",
    )


Get = Callable[[], requests.Response]
Wait = Callable[[float], None]
REFUSALS = (429, 503)


def told(response: requests.Response) -> int:
    return int(response.headers.get("Retry-After", 1))


@patient_client.right
def with_a_little_chance(get: Get, wait: Wait, tries: int) -> requests.Response:
    response = get()
    while response.status_code in REFUSALS and tries > 1:
        wait(told(response) + time.time() % 1 / 2)
        response, tries = get(), tries - 1
    return response


@patient_client.right
def calls_itself(get: Get, wait: Wait, tries: int) -> requests.Response:
    response = get()
    if response.status_code not in REFUSALS or tries == 1:
        return response
    wait(told(response))
    last: requests.Response = calls_itself(get, wait, tries - 1)
    return last


@patient_client.wrong("before you ask again")
def never_waits(get: Get, wait: Wait, tries: int) -> requests.Response:
    for _ in range(tries):
        response = get()
        if response.status_code not in REFUSALS:
            break
    return response


@patient_client.wrong("before you ask again")
def waits_as_it_likes(get: Get, wait: Wait, tries: int) -> requests.Response:
    for attempt_number in range(tries):
        response = get()
        if response.status_code not in REFUSALS:
            break
        wait(2.0**attempt_number)
    return response


@patient_client.wrong("the first one included")
def one_more(get: Get, wait: Wait, tries: int) -> requests.Response:
    response = get()
    for _ in range(tries):
        if response.status_code not in REFUSALS:
            break
        wait(told(response))
        response = get()
    return response


@patient_client.wrong("the first one included")
def never_gives_up(get: Get, wait: Wait, tries: int) -> requests.Response:
    while (response := get()).status_code in REFUSALS:
        wait(told(response))
    return response


@patient_client.wrong("the first one included")
def returns_nothing(get: Get, wait: Wait, tries: int) -> requests.Response | None:
    for left in reversed(range(tries)):
        response = get()
        if response.status_code not in REFUSALS:
            return response
        if left:
            wait(told(response))
    return None


@patient_client.wrong("nothing to wait for")
def waits_once_more(get: Get, wait: Wait, tries: int) -> requests.Response:
    for _ in range(tries):
        response = get()
        if response.status_code not in REFUSALS:
            break
        wait(told(response))
    return response


@patient_client.wrong("get better by waiting")
def insists(get: Get, wait: Wait, tries: int) -> requests.Response:
    for left in reversed(range(tries)):
        response = get()
        if response.ok or not left:
            break
        wait(told(response))
    return response


@patient_client.wrong("fails closed")
def knows_429_alone(get: Get, wait: Wait, tries: int) -> requests.Response:
    for left in reversed(range(tries)):
        response = get()
        if response.status_code != 429 or not left:
            break
        wait(told(response))
    return response


@patient_client.wrong("a 500 is no refusal")
def insists_on_broken_servers(get: Get, wait: Wait, tries: int) -> requests.Response:
    for left in reversed(range(tries)):
        response = get()
        if (response.status_code != 429 and response.status_code < 500) or not left:
            break
        wait(told(response))
    return response


@patient_client.wrong("before you ask again")
def waits_as_long_as_at_first(get: Get, wait: Wait, tries: int) -> requests.Response:
    response = get()
    seconds = told(response)
    while response.status_code in REFUSALS and tries > 1:
        wait(seconds)
        response, tries = get(), tries - 1
    return response


@patient_client.wrong("may be missing")
def asks_again_at_once(get: Get, wait: Wait, tries: int) -> requests.Response:
    for left in reversed(range(tries)):
        response = get()
        if response.status_code not in REFUSALS or not left:
            break
        if "Retry-After" in response.headers:
            wait(told(response))
    return response


@patient_client.wrong("a header says is a text")
def waits_for_a_text(get: Get, wait: Any, tries: int) -> requests.Response:
    for left in reversed(range(tries)):
        response = get()
        if response.status_code not in (429, 503) or not left:
            break
        wait(response.headers.get("Retry-After", 1))
    return response


@patient_client.wrong("may be missing")
def expects_the_header(get: Get, wait: Wait, tries: int) -> requests.Response:
    for left in reversed(range(tries)):
        response = get()
        if response.status_code not in REFUSALS or not left:
            break
        wait(int(response.headers["Retry-After"]))
    return response
