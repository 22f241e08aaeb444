"""Every error that HTTP answers with, as RFC 9457 problem details: its type, status and title.

A type is a path on this server, where a page explains it; it never changes once it is published. Services know nothing
of HTTP: each app has a `problems.py` that registers its own errors here, and apps.py finds it when Django starts.
Why own: "Problems" in DECISIONS.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions

from systems.core import errors, logs


@dataclass(frozen=True)
class ProblemType:
    """advice: what the page at its address tells a developer to do."""

    slug: str
    status: int
    title: str
    advice: str

    @property
    def path(self) -> str:
        return f"/problems/{self.slug}"


class Problem(Exception):
    """An answer of HTTP that is an error. detail: what happened this time. members: more, for programs to read."""

    def __init__(
        self, type: ProblemType, detail: str = "", *, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(detail or type.title)
        self.type, self.detail, self.headers, self.members = type, detail or type.title, dict(headers or {}), members

    def body(self) -> dict[str, Any]:
        """For an error on our side with the request's id, by which our logs know it."""
        about = {"type": self.type.path, "title": self.type.title, "status": self.type.status, "detail": self.detail}
        known_as = {"request_id": logs.request_id.get()} if self.type.status >= 500 else {}
        return {**about, **self.members, **known_as}


TYPES: dict[str, ProblemType] = {}
_by_error: dict[type[Exception], ProblemType] = {}


def problem_type(slug: str, status: int, title: str, advice: str, *errors: type[Exception]) -> ProblemType:
    """A new type of problem, with which these errors, and those derived from them, are answered."""
    made = TYPES[slug] = ProblemType(slug, status, title, advice)
    register(made, *errors)
    return made


def register(type: ProblemType, *errors: type[Exception]) -> None:
    """Answer these errors, and those derived from them, with a type that there is."""
    _by_error.update(dict.fromkeys(errors, type))


def type_of(error: Exception) -> ProblemType | None:
    """The type that its class, or the nearest of those it is derived from, is registered with."""
    return next((_by_error[kind] for kind in type(error).__mro__ if kind in _by_error), None)


SERVER_ERROR = problem_type(
    "server-error", 500, "Internal server error",
    "Try again later. If it happens again, tell us the `request_id`.",
)  # fmt: skip
BAD_REQUEST = problem_type(
    "bad-request", 400, "Malformed request",
    "Look at the request as it was sent: is it complete, and is it JSON?",
    exceptions.ParseError,
)  # fmt: skip
VALIDATION_FAILED = problem_type(
    "validation-failed", 400, "Validation failed",
    "The member `errors` names each field and says why. Show each message beside its field.",
)  # fmt: skip
NOT_AUTHENTICATED = problem_type(
    "not-authenticated", 401, "Authentication required",
    "Send `Authorization: Bearer <access token>`. If you did, the token has expired: refresh it.",
    exceptions.NotAuthenticated, exceptions.AuthenticationFailed,
)  # fmt: skip
FORBIDDEN = problem_type(
    "forbidden", 403, "Permission denied",
    "Use an account that may. Asking again with this one changes nothing.",
    PermissionDenied, exceptions.PermissionDenied,
)  # fmt: skip
NOT_FOUND = problem_type(
    "not-found", 404, "Not found",
    "Check the address. What belongs to others gets the same answer.",
    errors.NotFound, Http404, exceptions.NotFound,
)  # fmt: skip
METHOD_NOT_ALLOWED = problem_type(
    "method-not-allowed", 405, "Method not allowed",
    "The header `Allow` names the methods of this address.",
    exceptions.MethodNotAllowed,
)  # fmt: skip
NOT_ACCEPTABLE = problem_type(
    "not-acceptable", 406, "Not acceptable",
    "Answers are JSON: accept `application/json`.",
    exceptions.NotAcceptable,
)  # fmt: skip
ILLEGAL_TRANSITION = problem_type(
    "illegal-transition", 409, "Not possible in the current state",
    "Read it again: its status has changed, or its time has come.",
    errors.IllegalTransition,
)  # fmt: skip
ALREADY_DONE = problem_type(
    "already-done", 409, "This can be done only once",
    "Read what is there already.",
    errors.AlreadyDone,
)  # fmt: skip
REQUEST_IN_PROGRESS = problem_type(
    "request-in-progress", 409, "Request already in progress",
    "Another request with this `Idempotency-Key` is under way. Wait a moment and send it again.",
)  # fmt: skip
PRECONDITION_FAILED = problem_type(
    "precondition-failed", 412, "Changed since you read it",
    "Read it again, show the difference, and send the change with the new `ETag`, quotes included.",
    errors.StaleVersion,
)  # fmt: skip
CONTENT_TOO_LARGE = problem_type(
    "content-too-large", 413, "Request body too large",
    "Send less at once, in several requests.",
)  # fmt: skip
UNSUPPORTED_MEDIA_TYPE = problem_type(
    "unsupported-media-type", 415, "Unsupported media type",
    "Send JSON in UTF-8, with `Content-Type: application/json`.",
    exceptions.UnsupportedMediaType,
)  # fmt: skip
KEY_REUSED = problem_type(
    "idempotency-key-reused", 422, "Idempotency key already used",
    "Make a new `Idempotency-Key` for each booking, and keep it for the retries of that one only.",
)  # fmt: skip
PRECONDITION_REQUIRED = problem_type(
    "precondition-required", 428, "If-Match header required",
    "Read the resource, and send its `ETag` back in the header `If-Match`.",
)  # fmt: skip
TOO_MANY_REQUESTS = problem_type(
    "too-many-requests", 429, "Too many requests",
    "Wait for as many seconds as the header `Retry-After` says.",
    errors.TooManyAttempts, exceptions.Throttled,
)  # fmt: skip
SERVICE_UNAVAILABLE = problem_type(
    "service-unavailable", 503, "Service unavailable",
    "Wait for as many seconds as the header `Retry-After` says, and send it again: a booking with the same"
    " `Idempotency-Key`, since the first may have been made all the same.",
)  # fmt: skip
