"""Every way a request can fail, made one shape: problem details (RFC 9457)."""

import logging
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from systems.web import errors
from systems.web.errors import ProblemError

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)

# What Django and REST framework raise, and what it is called here. The first that fits counts.
OURS: list[tuple[type[Exception], type[ProblemError]]] = [
    (Http404, errors.NotFound),
    (exceptions.NotFound, errors.NotFound),
    (PermissionDenied, errors.Forbidden),
    (exceptions.PermissionDenied, errors.Forbidden),
    (exceptions.NotAuthenticated, errors.NotAuthenticated),
    (exceptions.AuthenticationFailed, errors.NotAuthenticated),
    (exceptions.MethodNotAllowed, errors.MethodNotAllowed),
    (exceptions.NotAcceptable, errors.NotAcceptable),
    (exceptions.UnsupportedMediaType, errors.UnsupportedMediaType),
    (exceptions.Throttled, errors.TooManyRequests),
    (exceptions.ParseError, errors.BadRequest),
]


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception in a view (REST framework's EXCEPTION_HANDLER). None lets Django make it a 500."""
    problem = as_problem(error)
    if problem is None:
        return None
    set_rollback()
    request = context["request"]  # whose own form may be YAML or HTML, which a problem never is
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), MEDIA_TYPE
    answer = Response(body(problem), status=problem.status_code, headers=problem.headers)
    answer.content_type = MEDIA_TYPE
    return answer


def as_problem(error: Exception) -> ProblemError | None:
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, exceptions.ValidationError):
        return errors.ValidationFailed(errors=list(field_errors(error.detail)))
    if isinstance(error, RequestDataTooBig):  # Django's own words name the setting
        return errors.ContentTooLarge(f"a body has at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes")
    for theirs, ours in OURS:
        if isinstance(error, theirs):
            headers = {}
            if isinstance(error, exceptions.Throttled) and error.wait is not None:
                headers["Retry-After"] = str(-int(-error.wait // 1))
            if asks_for := getattr(error, "auth_header", None):
                headers["WWW-Authenticate"] = asks_for
            return ours(_detail(error), headers=headers)
    return None


def body(problem: ProblemError) -> dict[str, Any]:
    return {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status_code,
        "detail": str(problem.detail),
        **problem.members,
    }


def field_errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """REST framework's nested dictionary of errors as a flat list: field, code and words."""
    if isinstance(detail, dict):
        for key, inside in detail.items():
            yield from field_errors(inside, f"{path}.{key}".lstrip("."))
    elif isinstance(detail, list):
        for place, inside in enumerate(detail):
            yield from field_errors(inside, f"{path}.{place}" if isinstance(inside, dict) else path)
    else:
        field = "" if path == "non_field_errors" else path.removesuffix(".non_field_errors")
        yield {"field": field, "code": getattr(detail, "code", "invalid"), "message": str(detail)}


def _detail(error: Exception) -> str:
    detail = getattr(error, "detail", "")
    return str(detail.get("detail", "")) if isinstance(detail, dict) else str(detail)


# --- what fails before or outside of a view of the API


def answer(problem: ProblemError) -> JsonResponse:
    return JsonResponse(
        body(problem), status=problem.status_code, content_type=MEDIA_TYPE, headers=dict(problem.headers)
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(errors.BadRequest())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(errors.Forbidden())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(errors.Forbidden(reason))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(errors.NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(ProblemError())
