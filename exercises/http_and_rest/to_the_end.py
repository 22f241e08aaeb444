"""to-the-end: follow a list's pages to the last one, and nowhere else."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests

import nexus
from nexus import Lab
from nexus.exercises import Finding, attempt, exercise

ENOUGH = 60  # pages, after which even a list that goes round ends, so that a loop does


class Pages:
    """A small server of pages. links: what `next` of each leads to: the number of a page, an address, or None."""

    def __init__(self, links: list[int | str | None]) -> None:
        self.links, self.asked, self.tokens = links, 0, 0
        self.served = nexus.serve(self)
        self.url = f"{self.served.url}/?page=0"

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        self.asked += 1
        self.tokens += "HTTP_AUTHORIZATION" in environ
        number = int((environ.get("QUERY_STRING") or "page=0").rpartition("=")[2] or 0)
        link = self.links[number] if self.asked < ENOUGH else None
        if isinstance(link, int):
            link = f"{self.served.url}/?page={link}"
        rows = [] if number == 1 else [f"row {number}.1", f"row {number}.2"]  # what the second held was withdrawn
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"results": rows, "next": link, "previous": None}).encode()]


class NoTLS(requests.adapters.HTTPAdapter):
    """What an https address meets where only http is spoken, in the same words each time."""

    def send(self, *arguments: Any, **options: Any) -> requests.Response:
        raise requests.exceptions.SSLError("the server speaks no TLS")


def all_of(answer: Any, pages: Pages, most: int) -> Any:
    with requests.Session() as session:
        session.headers["Authorization"] = "Bearer Ada's"
        session.mount("https://", NoTLS())
        found = attempt(answer, session, pages.url, most)
    if isinstance(found, list) and len(found) > 2 * len(pages.links):
        return f"{len(found)} rows"
    return "ValueError" if str(found).startswith("ValueError") else found


WHOLE = ["row 0.1", "row 0.2", "row 2.1", "row 2.2"]


@exercise("to-the-end")
def to_the_end(lab: Lab, answer: Any) -> Iterator[Finding]:
    yield Finding(
        "three pages, of which the second is empty",
        expected=WHOLE,
        happened=all_of(answer, Pages([1, 2, None]), 10),
        hint="go on as long as there is a `next`: a page can be empty and not the last",
    )
    yield Finding(
        "three pages of at most three",
        expected=WHOLE,
        happened=all_of(answer, Pages([1, 2, None]), 3),
        hint="exactly `most` pages are allowed: it is one more that is too many",
    )
    yield from round_and_round(answer)
    yield Finding(
        "three pages of at most two",
        expected="ValueError",
        happened=all_of(answer, Pages([1, 2, None]), 2),
        hint="a part must not look like the whole: raise instead of returning it",
    )
    yield from elsewhere(answer)


def round_and_round(answer: Any) -> Iterator[Finding]:
    pages = Pages([1, 2, 0])
    yield Finding(
        "the third page leads back to the first",
        expected="ValueError",
        happened=all_of(answer, pages, 10),
        hint="this list has no end: count the pages, and raise once there are more than `most`",
    )
    yield Finding(
        "and how many pages were asked for, of at most ten",
        expected="ten or fewer",
        happened="ten or fewer" if pages.asked <= 10 else pages.asked,
        hint="stop before the page that is one too many",
    )


def elsewhere(answer: Any) -> Iterator[Finding]:
    other = Pages([None])
    yield Finding(
        "the next page is on another server",
        expected="ValueError",
        happened=all_of(answer, Pages([other.url]), 10),
        hint="compare scheme and netloc of `next` with those of `url`, and raise where they differ",
    )
    yield by_another_scheme(answer)
    prefixed = Pages([""])  # whose next address begins like its own, and leads to the other server
    prefixed.links[0] = f"{prefixed.served.url}@127.0.0.1:{urlsplit(other.url).port}/?page=0"
    yield Finding(
        "the next address begins like ours, and leads elsewhere",
        expected="ValueError",
        happened=all_of(answer, prefixed, 10),
        hint="`http://ours@theirs/` begins like ours: compare the parts that urlsplit gives, not the beginning",
    )
    yield Finding(
        "tokens that reached the other server",
        expected=0,
        happened=other.tokens,
        hint="look at the address before you send anything there",
    )


def by_another_scheme(answer: Any) -> Finding:
    pages = Pages([""])
    pages.links[0] = pages.url.replace("http:", "https:")
    return Finding(
        "the next page is at the same host, by another scheme",
        expected="ValueError",
        happened=all_of(answer, pages, 10),
        hint="compare the scheme, too: http and https are two servers and, the other way round, the token would go "
        "out for everybody to read",
    )
