"""What went wrong, as GraphQL has it: a sentence, and a `code` in extensions for programs to go by.

What stops a query before it is executed has one of the codes below, which are those that most servers use. Everything
else is a problem of the platform (api/problems.py): its code is the last word of its type, in capitals.
"""

import logging
from typing import Any

from django.core.exceptions import ValidationError
from graphene.utils.str_converters import to_camel_case
from graphql import GraphQLError
from rest_framework.serializers import as_serializer_error

from systems.api import handlers, problems
from systems.api.problems import Problem
from systems.core import logs

UNREADABLE, INVALID, BAD_VARIABLES = "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"
UNAVAILABLE = "SERVICE_UNAVAILABLE"  # of the platform's: a field, or all of them, may succeed the next time
log = logging.getLogger(__name__)


class RequestRefused(Exception):
    """A query that is not executed, with the reasons. status: of HTTP, for a client that goes by it."""

    def __init__(self, errors: list[dict[str, Any]], status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(errors)
        self.errors, self.status, self.headers = errors, status, headers or {}

    @classmethod
    def by(cls, errors: list[GraphQLError], code: str) -> "RequestRefused":
        """Errors of GraphQL's own rules and, where one has a problem as its cause, with that one's status."""
        causes = [problem for error in errors if (problem := _problem(error.original_error))]
        formatted = [format_error(error, code) for error in errors]
        return cls(formatted, causes[0].type.status, causes[0].headers) if causes else cls(formatted)


def format_error(error: GraphQLError, code: str) -> dict[str, Any]:
    """The error as it leaves. code: of one without a cause. A cause that is our fault is logged, and not shown."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):  # of a scalar that did not take a value
        cause = cause.original_error
    if cause is None:
        message = error.message.encode(errors="replace").decode()  # it repeats what came: half a character, too
        return {**error.formatted, "message": message, "extensions": {"code": code}}
    problem = _problem(cause)
    if problem is None:
        log.error("GraphQL: %s", error.path, exc_info=cause)
        problem = Problem(problems.SERVER_ERROR)
    members = {name: value for name, value in problem.members.items() if name != "errors"}
    if "errors" in problem.members:
        members["errors"] = [{**one, "field": to_camel_case(one["field"])} for one in problem.members["errors"]]
    if problem.type.status >= 500:
        members["requestId"] = logs.request_id.get()
    about = {"code": problem.type.slug.replace("-", "_").upper(), "type": problem.type.path, **members}
    return {**error.formatted, "message": problem.detail, "extensions": about}


def field_errors(error: ValidationError) -> list[dict[str, str]]:
    """Field, code and message of all that is wrong with a row."""
    found = handlers.field_errors(as_serializer_error(error))
    return [{**one, "field": to_camel_case(one["field"])} for one in found]


def _problem(cause: Exception | None) -> Problem | None:
    return handlers.problem_of(cause) if cause else None
