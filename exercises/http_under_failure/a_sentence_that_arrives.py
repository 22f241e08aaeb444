"""a-sentence-that-arrives: change a text that others change, too, and lose nobody's words."""

from collections.abc import Callable, Iterator
from typing import Any

import requests

from nexus import Lab
from nexus.exercises import Finding, attempt, exercise
from nexus.exercises.market import FLAT, Market, market_of

MOST_CHANGES = 20


class Rivalled(requests.Session):
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
        session = Rivalled(market.ada if guest else market.mira, self.write, rivals)
        outcome = attempt(answer, session, market.api + self.path, " Gulls.", tries)
        self.outcome = outcome.status_code if isinstance(outcome, requests.Response) else str(outcome).split(":")[0]
        self.changes = session.changes
        text = market.send(market.anybody, "GET", self.path).json()["description"]
        self.sentences = sorted(sentence.strip() for sentence in text.split(".") if sentence.strip())

    def write(self, number: int) -> None:
        read = self.market.send(self.market.mira, "GET", self.path)
        change = {"description": read.json()["description"] + f" Rival {number}."}
        self.market.send(self.market.mira, "PATCH", self.path, json=change, headers={"If-Match": read.headers["ETag"]})


@exercise("a-sentence-that-arrives")
def a_sentence_that_arrives(lab: Lab, answer: Any) -> Iterator[Finding]:
    market = market_of(lab)
    alone = Scene(market, answer)
    yield Finding(
        "nobody else writes",
        expected=(200, ["Gulls"]),
        happened=(alone.outcome, alone.sentences),
        hint="send the text with the sentence, and the ETag that came with the text in If-Match; return the answer",
    )
    yield from among_others(market, answer)
    yield from gives_up(market, answer)
    guest = Scene(market, answer, guest=True)
    yield Finding(
        "the listing is another's: outcome, and changes sent",
        expected=("HTTPError", 1),
        happened=(guest.outcome, guest.changes),
        hint="only 412 says that another try may help: a 403 will be a 403 again",
    )


def among_others(market: Market, answer: Any) -> Iterator[Finding]:
    busy = Scene(market, answer, rivals=2)
    yield Finding(
        "others write before your first change and your second",
        expected=["Gulls", "Rival 1", "Rival 2"],
        happened=busy.sentences,
        hint="after a 412, read text and ETag again, both from one answer, and add the sentence to that text",
    )
    yield Finding("and what is returned then", 200, busy.outcome, "go on until a change is accepted, and return that")
    yield Finding(
        "somebody writes right after your first read",
        expected=["Gulls", "Rival 1"],
        happened=Scene(market, answer, rivals=None).sentences,
        hint="one answer has to give both text and ETag: an ETag that is newer than the text lets the old text pass",
    )


def gives_up(market: Market, answer: Any) -> Iterator[Finding]:
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
        hint="the sentence is not there, and your caller must hear of it: raise_for_status()",
    )
