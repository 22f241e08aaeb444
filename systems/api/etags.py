"""Conditional requests (RFC 9110, section 13): 304 for what is known already, 412 for what has changed since."""

from collections.abc import Container
from dataclasses import dataclass

from django.utils.http import parse_etags, quote_etag
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from systems.api import problems
from systems.api.problems import Problem


@dataclass(frozen=True)
class Condition(Container[str]):
    """The revisions of a resource with which a request may go on.

    A date, as in If-Unmodified-Since, is ignored: nothing here has a date of its last change.
    if_match, if_none_match: the entity tags of the header, or None without it.
    """

    if_match: list[str] | None
    if_none_match: list[str] | None

    def __contains__(self, revision: object) -> bool:
        return self.matches(str(revision)) and not self.excludes(str(revision))

    def matches(self, revision: str | None) -> bool:
        """Of If-Match, which compares strongly: a weak tag is no tag of ours. None: of a resource without an ETag."""
        return self.if_match is None or self.if_match == ["*"] or _etag(revision) in self.if_match

    def excludes(self, revision: str | None) -> bool:
        """Of If-None-Match, which compares weakly."""
        tags = [tag.removeprefix("W/") for tag in self.if_none_match or []]
        return tags == ["*"] or _etag(revision) in tags


def _etag(revision: str | None) -> str | None:
    return None if revision is None else quote_etag(revision)


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


def refuse_condition(request: Request) -> None:
    """For a resource without an ETag, of which no condition can hold: what depends on one must not be done regardless.

    Raises the problem PRECONDITION_FAILED. OPTIONS takes no conditions, and a reader's If-None-Match can be ignored.
    """
    asked, reads = condition(request), request.method in SAFE_METHODS
    if request.method != "OPTIONS" and (not asked.matches(None) or (asked.excludes(None) and not reads)):
        raise Problem(problems.PRECONDITION_FAILED, "this has no ETag: leave out If-Match and If-None-Match")


def answer_with_etag(request: Request, response: Response, revision: str) -> Response:
    """The response with its ETag; a 304 where the client has this revision. Raises PRECONDITION_FAILED."""
    asked = condition(request)
    if not asked.matches(revision):
        raise Problem(problems.PRECONDITION_FAILED, "no ETag in If-Match is that of the version that is here now")
    response["ETag"] = quote_etag(revision)
    if not asked.excludes(revision):
        return response
    length = len(JSONRenderer().render(response.data))  # else a middleware would say 0, of a body that is not empty
    return Response(status=304, headers={"ETag": response["ETag"], "Content-Length": str(length)})
