"""From a GraphQL request to its answer: read, weigh, check, execute. Nothing is executed before all else is done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from graphql import (
    DocumentNode,
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)

from systems.api.handlers import RETRY
from systems.core.outages import FirstOutage
from systems.crm.graph.errors import BAD_VARIABLES, INVALID, UNAVAILABLE, UNREADABLE, RequestRefused, format_error
from systems.crm.graph.limits import check_cost, check_shape, limit_error
from systems.crm.graph.rights import RightsRule
from systems.crm.graph.schema import schema

MOST_ERRORS = 20  # that one answer lists
HINT = " Did you mean "


@dataclass(frozen=True)
class GraphQLRequest:
    """What a client sends: the text of a query, the operation in it that is meant, and its variables."""

    query: str
    operation: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class GraphQLResult:
    """body: as GraphQL has it. status: of HTTP, 200 where the query was executed, unless an outage was in the way."""

    body: dict[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def execute_request(request: GraphQLRequest, context: HttpRequest, *, reads_only: bool = False) -> GraphQLResult:
    """Execute a request for the user of the context. reads_only: refuse what changes anything."""
    try:
        document, operation = prepare(request, context.user)
        if reads_only and operation.operation != OperationType.QUERY:
            raise _refused("a GET reads: send what changes anything by POST", status=405)
        return _execute(request, document, context)
    except RequestRefused as refused:
        return GraphQLResult({"errors": refused.errors}, refused.status, refused.headers)
    except RecursionError:  # a thousand braces inside each other
        return GraphQLResult(
            {"errors": [format_error(limit_error("a query has a depth", "GRAPHQL_DEPTH"), UNREADABLE)]}, 400
        )


def prepare(request: GraphQLRequest, account: Any) -> tuple[DocumentNode, OperationDefinitionNode]:
    """The document and the operation that is meant. Raises RequestRefused. Each step can rely on those before it: its
    size bounds the work of the rules, and an account without rights learns nothing from what the rules say.
    """
    document = _read(request.query)
    _refuse_for(check_shape(document), INVALID)
    _refuse_for(validate(schema, document, [RightsRule.of(account)], MOST_ERRORS), INVALID)
    _refuse_for(validate(schema, document, _rules(), MOST_ERRORS), INVALID)
    operation = get_operation_ast(document, request.operation)
    if operation is None:
        raise _refused("say which operation is meant, in operationName")
    _refuse_for(check_cost(schema, document, operation, request.variables), INVALID)
    return document, operation


def _read(query: str) -> DocumentNode:
    try:
        return parse(query, max_lexical_tokens=settings.GRAPHQL_TOKENS, max_comments=settings.GRAPHQL_TOKENS)
    except GraphQLError as error:
        raise RequestRefused.by([error], UNREADABLE) from error


def _rules() -> tuple[Any, ...]:
    """The standard rules, all of them: a list of one's own in their place would let an unknown field pass."""
    return specified_rules if settings.GRAPHQL_INTROSPECTION else (*specified_rules, NoSchemaIntrospectionCustomRule)


def _refuse_for(errors: list[GraphQLError], code: str) -> None:
    if not errors:
        return
    refused = RequestRefused.by(errors, code)
    if not settings.GRAPHQL_INTROSPECTION:  # a suggestion would tell the names that introspection does not
        for error in refused.errors:
            error["message"] = error["message"].partition(HINT)[0]
    raise refused


def _refused(why: str, status: int = 400) -> RequestRefused:
    return RequestRefused([format_error(GraphQLError(why), INVALID)], status)


def _execute(request: GraphQLRequest, document: DocumentNode, context: HttpRequest) -> GraphQLResult:
    with connection.execute_wrapper(FirstOutage()):
        result = execute_sync(
            schema,
            document,
            context_value=context,
            variable_values=dict(request.variables),
            operation_name=request.operation,
        )
    errors = [format_error(error, BAD_VARIABLES) for error in result.errors or ()]
    if errors and result.data is None and not any(error.path for error in result.errors or ()):
        return GraphQLResult({"errors": errors}, 400)  # the variables do not fit: nothing was executed
    body = {"data": result.data, **({"errors": errors} if errors else {})}
    if any(error["extensions"]["code"] == UNAVAILABLE for error in errors):
        return GraphQLResult(body, 503, RETRY)
    return GraphQLResult(body)
