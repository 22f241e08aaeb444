"""Every error that the API answers with: its type, its status and its title. All leave as RFC 9457 problem details.

The type is a path on this server, where a page explains it; it never changes once it is published.
"""

from collections.abc import Mapping
from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException


class ProblemError(APIException):
    """An error of the API. detail: what happened this time, in a sentence. members: more, for programs to read."""

    slug = "server-error"
    title = "Something broke on our side"
    status_code = status.HTTP_500_INTERNAL_SERVER_ERROR
    advice = "Try again later. If it stays, tell us the time at which it happened."

    def __init__(self, detail: str = "", *, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(detail or self.title)
        self.headers, self.members = dict(headers or {}), members


class BadRequest(ProblemError):
    slug, title, status_code = "bad-request", "The request cannot be read", 400
    advice = "Look at the request as it was sent: is it whole, and is it JSON?"


class ValidationFailed(ProblemError):
    slug, title, status_code = "validation-failed", "Some fields need another value", 400
    advice = "The member `errors` names each field and says why. Show its words beside the field."


class NotAuthenticated(ProblemError):
    slug, title, status_code = "not-authenticated", "Say who you are", 401
    advice = "Send `Authorization: Bearer <access token>`. Where you do, the token has expired: refresh it."

    def __init__(self, detail: str = "", *, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        """A 401 names the way to sign in (RFC 9110, section 15.5.2)."""
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="api"', **(headers or {})}, **members)


class Forbidden(ProblemError):
    slug, title, status_code = "forbidden", "This is not yours to do", 403
    advice = "Another account may. Asking again with this one changes nothing."


class NotFound(ProblemError):
    slug, title, status_code = "not-found", "There is nothing here", 404
    advice = "Check the address. What belongs to others looks like this, too."


class MethodNotAllowed(ProblemError):
    slug, title, status_code = "method-not-allowed", "This address does not know that method", 405
    advice = "The header `Allow` names the methods that it knows."


class NotAcceptable(ProblemError):
    slug, title, status_code = "not-acceptable", "There is no answer in the form you accept", 406
    advice = "Answers are JSON: accept `application/json`."


class ContentTooLarge(ProblemError):
    slug, title, status_code = "content-too-large", "The body is larger than we read", 413
    advice = "Send less at once, in several requests."


class UnsupportedMediaType(ProblemError):
    slug, title, status_code = "unsupported-media-type", "The body is not in a form we read", 415
    advice = "Send JSON, with `Content-Type: application/json`."


class TooManyRequests(ProblemError):
    slug, title, status_code = "too-many-requests", "Too many requests", 429
    advice = "Wait for as many seconds as the header `Retry-After` says."


class DatesTaken(ProblemError):
    slug, title, status_code = "dates-taken", "These nights are taken", 409
    advice = "Ask `availability/` for other nights, and let the guest choose."


class IllegalTransition(ProblemError):
    slug, title, status_code = "illegal-transition", "It is past that", 409
    advice = "Read it again: its status has changed, or its time has come."


class AlreadyDone(ProblemError):
    slug, title, status_code = "already-done", "This can be done only once", 409
    advice = "Read what is there already."


class OutOfStock(ProblemError):
    slug, title, status_code = "out-of-stock", "There are not so many left", 409
    advice = "Read the products again, and order what is there."


class LimitExceeded(ProblemError):
    slug, title, status_code = "limit-exceeded", "The query asks for more than we answer at once", 400
    advice = "Ask for less: fewer levels, fewer names, shorter pages. The message says which limit it was."


class RequestInProgress(ProblemError):
    slug, title, status_code = "request-in-progress", "The same request is being answered", 409
    advice = "Another request with this `Idempotency-Key` is under way. Wait a moment and send it again."


class PreconditionFailed(ProblemError):
    slug, title, status_code = "precondition-failed", "It has changed since you read it", 412
    advice = "Read it again, show the difference, and send the change with the new `ETag`."


class KeyReused(ProblemError):
    slug, title, status_code = "idempotency-key-reused", "This key came with another request before", 422
    advice = "Make a new `Idempotency-Key` for each booking, and keep it for the retries of that one only."


class PreconditionRequired(ProblemError):
    slug, title, status_code = "precondition-required", "Say which version you change", 428
    advice = "Read the resource, and send its `ETag` back in the header `If-Match`."


PROBLEMS: dict[str, type[ProblemError]] = {
    problem.slug: problem for problem in (ProblemError, *ProblemError.__subclasses__())
}
