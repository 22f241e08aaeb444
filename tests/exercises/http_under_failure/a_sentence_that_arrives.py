"""Right and wrong answers to a-sentence-that-arrives of 11b-http-under-failure."""

import itertools
from typing import Any

import requests

from exercises.http_under_failure.a_sentence_that_arrives import a_sentence_that_arrives
from tests.exercises.answers import Answers

answers = Answers(a_sentence_that_arrives)


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


answers.right(editor())


@answers.right
def again_by_itself(session: Any, url: str, sentence: str, tries: int) -> Any:
    read = session.get(url, timeout=5)
    read.raise_for_status()
    change = {"description": f"{read.json()['description']}{sentence}"}
    answer = session.patch(url, json=change, headers={"if-match": read.headers["etag"]}, timeout=5)
    if answer.status_code == requests.codes.precondition_failed and tries > 1:
        return again_by_itself(session, url, sentence, tries - 1)
    answer.raise_for_status()
    return answer


answers.wrong("in If-Match")(editor(version="none"))
answers.wrong("newer than the text")(editor(version="fresh"))
answers.wrong("read text and ETag again")(editor(version="any"))
answers.wrong("read text and ETag again")(editor(version="fresh", rereads=False))
answers.wrong("read text and ETag again")(editor(rereads=False))
answers.wrong("read text and ETag again")(editor(again="never"))
answers.wrong("count the changes")(editor(bound=False))
answers.wrong("raise_for_status")(editor(raises=False))
answers.wrong("a 403 again")(editor(again="any"))
