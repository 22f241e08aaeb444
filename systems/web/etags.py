"""Conditional requests (RFC 9110, section 13): 304 for what is known already, 412 for a change of an old version."""

from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags, quote_etag
from rest_framework.request import Request
from rest_framework.response import Response

from systems.web.errors import PreconditionFailed, PreconditionRequired


def version_etag(version: int) -> str:
    return quote_etag(f"v{version}")


def answer_with_etag(request: Request, response: Response, version: int) -> Response:
    """The response with its ETag, or a 304 without a body where the client has this version."""
    etag = version_etag(version)
    response["ETag"] = etag
    return get_conditional_response(request._request, etag=etag, response=response)


def require_version(request: Request, version: int) -> None:
    """Raises PreconditionRequired without an If-Match, and PreconditionFailed where it names another version."""
    wanted = request.headers.get("If-Match")
    if wanted is None:
        raise PreconditionRequired("a change needs If-Match, with the ETag of the version that you have read")
    if "*" not in parse_etags(wanted) and version_etag(version) not in parse_etags(wanted):
        raise PreconditionFailed("somebody has changed it since: read it again")
