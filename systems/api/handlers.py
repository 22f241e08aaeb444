"""Every way a request can fail, made one shape: problem details (RFC 9457)."""

import logging
import math
import re
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import BaseConstraint
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import set_rollback

from systems.api import problems
from systems.api.problems import Problem
from systems.core.errors import DO_NOT_FIT
from systems.core.outages import is_outage

MEDIA_TYPE = "application/problem+json"
NO_FIELD = {"non_field_errors", "__all__"}  # what REST framework and Django call an error of several fields
RETRY = {"Retry-After": "2"}  # seconds, after an outage; how long it lasts nobody knows
SIGN_IN = {"WWW-Authenticate": 'Bearer realm="api"'}  # a 401 names the way to sign in (RFC 9110, section 15.5.2)

log = logging.getLogger(__name__)


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception in a view (REST framework's EXCEPTION_HANDLER). None lets Django make it a 500."""
    problem = problem_of(error)
    if problem is None:
        return None
    set_rollback()
    request = context["request"]  # whose own form may be YAML or HTML, which a problem never is
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), MEDIA_TYPE
    return as_response(problem)


def as_response(problem: Problem) -> Response:
    """The problem as an answer of REST framework."""
    answer = Response(problem.body(), status=problem.type.status, headers=problem.headers)
    answer.content_type = MEDIA_TYPE
    return answer


def problem_of(error: Exception) -> Problem | None:
    """The problem that an exception is to a client; None for one that is a fault of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, ValidationError | DjangoValidationError):
        return Problem(problems.VALIDATION_FAILED, errors=list(field_errors(as_serializer_error(error))))
    if isinstance(error, RequestDataTooBig):  # Django's own words name the setting
        return Problem(problems.CONTENT_TOO_LARGE, largest_body())
    if is_outage(error):
        log.error("outage: %s", error)  # their words name our servers, which is for us
        why = "a server that we need does not answer, or is busy"
        return Problem(problems.SERVICE_UNAVAILABLE, why, headers=RETRY)
    type = problems.type_of(error)
    if type is None:
        return None
    return Problem(type, _detail(error), headers=_headers(error, type), **getattr(error, "members", {}))


def largest_body() -> str:
    return f"a body has at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes"


def field_errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """REST framework's nested dictionary of errors as a flat list: field, code and words."""
    if isinstance(detail, dict):
        for key, inside in detail.items():
            yield from field_errors(inside, path if key in NO_FIELD else f"{path}.{key}".removeprefix("."))
    elif isinstance(detail, list):
        for place, inside in enumerate(detail):
            yield from field_errors(inside, f"{path}.{place}" if isinstance(inside, dict) else path)
    else:
        message = DO_NOT_FIT if _constraint().fullmatch(str(detail)) else str(detail)
        yield {"field": path, "code": getattr(detail, "code", "invalid"), "message": message}


@cache
def _constraint() -> re.Pattern[str]:
    """Django's words for a constraint without words of its own. They say its name, which is for us alone."""
    before, _, after = str(BaseConstraint.default_violation_error_message).partition("%(name)s")
    return re.compile(f"{re.escape(before)}.*{re.escape(after)}")


def _headers(error: Exception, type: problems.ProblemType) -> dict[str, str]:
    headers = {}
    wait = getattr(error, "retry_after", getattr(error, "wait", None))
    if wait is not None:
        headers["Retry-After"] = str(math.ceil(wait))
    if type.status == 401:
        headers["WWW-Authenticate"] = getattr(error, "auth_header", "") or SIGN_IN["WWW-Authenticate"]
    return headers


def _detail(error: Exception) -> str:
    """REST framework's errors keep their words in `detail`, Simple JWT's in a dictionary there."""
    if isinstance(error, Http404):
        return ""  # Django's words name the model
    detail = getattr(error, "detail", error)
    return str(detail.get("detail", "") if isinstance(detail, dict) else detail)


# --- what fails before or outside of a view of the API


def answer(problem: Problem) -> JsonResponse:
    return JsonResponse(
        problem.body(), status=problem.type.status, content_type=MEDIA_TYPE, headers=dict(problem.headers)
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(Problem(problems.BAD_REQUEST))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(Problem(problems.FORBIDDEN))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(Problem(problems.FORBIDDEN, reason))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(Problem(problems.NOT_FOUND))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles the exception, of a page or a middleware, that it has no answer to."""
    error = sys.exc_info()[1]
    problem = problem_of(error) if isinstance(error, Exception) and is_outage(error) else None
    return answer(problem or Problem(problems.SERVER_ERROR))
