"""Right and wrong answers to what-to-tell of 11b-http-under-failure."""

import json
from typing import Any
from urllib.parse import urlsplit

import requests

from exercises.http_under_failure.what_to_tell import what_to_tell
from tests.exercises.answers import Answers

answers = Answers(what_to_tell)

ADVICE = {
    "/problems/dates-taken": "choose other nights",
    "/problems/illegal-transition": "look at the booking again",
    "/problems/request-in-progress": "wait a moment",
}


@answers.right
def asks_the_content_type(answer: requests.Response) -> Any:
    problem = answer.json() if "json" in answer.headers["Content-Type"] else {}
    problem = problem if isinstance(problem, dict) else {}
    for kind, advice in ADVICE.items():
        if (problem.get("type") or "").endswith(kind):
            return advice
    return problem.get("title") or answer.reason


@answers.right
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


@answers.wrong("a part of it may be in other types")
def by_the_last_word(answer: requests.Response) -> Any:
    kind = answer.json().get("type", "").rpartition("/")[2]
    return ADVICE.get(f"/problems/{kind}") or answer.json().get("title") or answer.reason


@answers.wrong("a part of it may be in other types")
def by_a_part_of_it(answer: requests.Response) -> Any:
    for kind, advice in ADVICE.items():
        if kind in answer.json().get("type", ""):
            return advice
    return answer.json().get("title") or answer.reason


@answers.wrong("null is no type")
def takes_null_for_a_title(answer: requests.Response) -> Any:
    problem = answer.json()
    return ADVICE.get(urlsplit(problem.get("type", "")).path, problem.get("title", answer.reason))


@answers.wrong("is a key of ADVICE")
def by_the_title(answer: requests.Response) -> Any:
    return answer.json().get("title", answer.reason)


@answers.wrong("the path is what is in the table")
def as_it_is(answer: requests.Response) -> Any:
    return ADVICE.get(answer.json()["type"], answer.json()["title"])


@answers.wrong("has a title for people")
def table_or_reason(answer: requests.Response) -> Any:
    return ADVICE.get(urlsplit(answer.json()["type"]).path, answer.reason)


@answers.wrong("the type too")
def trusts_the_type(answer: requests.Response) -> Any:
    return ADVICE.get(urlsplit(answer.json()["type"]).path, answer.json()["title"])


@answers.wrong("without a title")
def trusts_the_title(answer: requests.Response) -> Any:
    return ADVICE.get(urlsplit(answer.json().get("type", "")).path) or answer.json()["title"]


@answers.wrong("no JSON object")
def trusts_the_body(answer: requests.Response) -> Any:
    problem = answer.json()
    return ADVICE.get(urlsplit(problem.get("type", "")).path) or problem.get("title") or answer.reason
