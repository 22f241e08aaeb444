"""Right and wrong answers to to-the-end of 11-http-and-rest."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from exercises.http_and_rest.to_the_end import to_the_end
from tests.exercises.answers import Answers

answers = Answers(to_the_end)

HOMES: dict[str, Callable[[str], Any]] = {
    "parts": lambda url: urlsplit(url)[:2],
    "netloc": lambda url: urlsplit(url).netloc,
    "host": lambda url: urlsplit(url).hostname,
    "prefix": lambda url: url.partition("/?")[0].partition("@")[0],
    "none": lambda url: None,
}


def walker(*, bound: str = "raise", home: str = "parts", stops_at_empty: bool = False) -> Any:
    def everything(session: Any, url: str, most: int) -> Any:
        rows, pages, first = [], 0, url
        while url:
            page = session.get(url, timeout=5).json()
            pages += 1
            rows += page["results"]
            url = page["next"]
            if stops_at_empty and not page["results"]:
                break
            if url and HOMES[home](url) != HOMES[home](first):
                raise ValueError
            if url and bound != "none" and pages >= most + (bound == "one more"):
                if bound == "part":
                    break
                raise ValueError
        return rows

    return everything


answers.right(walker())
answers.wrong("can be empty")(walker(stops_at_empty=True))
answers.wrong("this list has no end")(walker(bound="none"))
answers.wrong("one too many")(walker(bound="one more"))
answers.wrong("this list has no end")(walker(bound="part"))
answers.wrong("compare scheme and netloc")(walker(home="none"))
answers.wrong("compare scheme and netloc")(walker(home="host"))
answers.wrong("compare the scheme, too")(walker(home="netloc"))
answers.wrong("begins like ours")(walker(home="prefix"))


@answers.right
def looks_before_each_page(session: Any, url: str, most: int) -> Any:
    rows: list[str] = []
    seen, first = set[str](), urlsplit(url)
    while url:
        here = urlsplit(url)
        if (here.scheme, here.netloc) != (first.scheme, first.netloc) or url in seen or len(seen) == most:
            raise ValueError
        seen.add(url)
        page = session.get(url, timeout=5).json()
        rows.extend(page["results"])
        url = page["next"]
    return rows


@answers.wrong("a part must not look like the whole")
def only_remembers_where_it_was(session: Any, url: str, most: int) -> Any:
    rows: list[str] = []
    seen = set[str]()
    while url:
        if url in seen:
            raise ValueError
        seen.add(url)
        page = session.get(url, timeout=5).json()
        rows += page["results"]
        url = page["next"]
    return rows


@answers.wrong("it is one more that is too many")
def raises_a_page_early(session: Any, url: str, most: int) -> Any:
    rows = []
    for _ in range(most):
        page = session.get(url, timeout=5).json()
        rows += page["results"]
        if page["next"] is None and most > len(rows):
            return rows
        url = page["next"]
    raise ValueError


@answers.wrong("as long as there is a `next`")
def first_page_only(session: Any, url: str, most: int) -> Any:
    return session.get(url, timeout=5).json()["results"]
