"""Conditional requests (RFC 9110, section 13): 304 for what is known already, 412 for a change of an old version."""

from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags, quote_etag
from rest_framework.request import Request
from rest_framework.response import Response

from systems.api import problems
from systems.api.problems import Problem


def answer_with_etag(request: Request, response: Response, version: str) -> HttpResponse:
    """The response with its ETag, or a 304 without a body where the client has this version."""
    etag = quote_etag(version)
    response["ETag"] = etag
    return get_conditional_response(request._request, etag=etag, response=response) or response


def versions_read(request: Request) -> list[str] | None:
    """The versions that a client has read and wants to change, of If-Match; None for any. Weak ones never match.

    Raises the problem PRECONDITION_REQUIRED without the header.
    """
    header = request.headers.get("If-Match")
    if header is None:
        why = "a change needs If-Match, with the ETag of the version that you have read"
        raise Problem(problems.PRECONDITION_REQUIRED, why)
    etags = parse_etags(header)
    return None if "*" in etags else [etag.strip('"') for etag in etags if etag.startswith('"')]
