"""Conditional requests (RFC 9110, section 13): 304 for what is known already, 412 for what has changed since."""

from collections.abc import Container
from dataclasses import dataclass

from django.utils.http import parse_etags, quote_etag
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from systems.api import problems
from systems.api.problems import Problem


@dataclass(frozen=True)
class Condition(Container[str]):
    """The revisions of a resource of which a request says that it may go on.

    A date, as in If-Unmodified-Since, is no condition here: nothing has a date of its last change, and then it is ignored.
    if_match, if_none_match: the entity tags of the header, or None without it.
    """

    if_match: list[str] | None
    if_none_match: list[str] | None

    def __contains__(self, revision: object) -> bool:
        return self.matches(str(revision)) and not self.excludes(str(revision))

    def matches(self, revision: str) -> bool:
        """Of If-Match. It compares strongly: a weak tag is no tag of ours."""
        return self.if_match is None or self.if_match == ["*"] or quote_etag(revision) in self.if_match

    def excludes(self, revision: str) -> bool:
        """Of If-None-Match. It compares weakly."""
        if self.if_none_match is None:
            return False
        tags = [tag.removeprefix("W/") for tag in self.if_none_match]
        return tags == ["*"] or quote_etag(revision) in tags


def condition(request: Request) -> Condition:
    """What a header holds that is no entity tag, as one without its quotes, matches nothing."""
    tags = (request.headers.get(name) for name in ("If-Match", "If-None-Match"))
    return Condition(*(None if sent is None else parse_etags(sent) for sent in tags))


def required_condition(request: Request) -> Condition:
    """Raises the problem PRECONDITION_REQUIRED without an If-Match."""
    if "If-Match" not in request.headers:
        why = "a change needs If-Match, with the ETag of the version that you have read"
        raise Problem(problems.PRECONDITION_REQUIRED, why)
    return condition(request)


def answer_with_etag(request: Request, response: Response, revision: str) -> Response:
    """The response with its ETag, or a 304 where the client has this revision. Raises the problem PRECONDITION_FAILED."""
    asked = condition(request)
    if not asked.matches(revision):
        raise Problem(problems.PRECONDITION_FAILED, "no ETag in If-Match is that of the version that is here now")
    response["ETag"] = quote_etag(revision)
    if not asked.excludes(revision):
        return response
    length = len(JSONRenderer().render(response.data))  # else a middleware would say 0, of a body that is not empty
    return Response(status=304, headers={"ETag": response["ETag"], "Content-Length": str(length)})
