"""GraphQL over HTTP, after the specification of that name, and GraphiQL for browsers.

What fails before there is a GraphQL request, such as a body that is no JSON, leaves as problem details like everywhere
on this server. From there on a failure is GraphQL's: a list of errors, each with a code. An outage is a 503 in both;
what else the query asked for, or changed before, is in `data`.
"""

from collections.abc import Mapping
from typing import Any

from django.middleware.csrf import get_token
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer, JSONRenderer, TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from systems.api import problems
from systems.api.parsers import AnyTextJson
from systems.api.problems import Problem
from systems.core import strict_json
from systems.crm.graph.execution import GraphQLRequest, GraphQLResult, execute_request

POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


class ResponseJson(JSONRenderer):
    media_type, format = "application/graphql-response+json", "graphql"


class GraphiQL(TemplateHTMLRenderer):
    template_name = "crm/graphiql.html"


class GraphQL(APIView):
    """Open to anyone, since the schema is; what data an account may ask for is in rights.py."""

    permission_classes = [AllowAny]
    renderer_classes = [JSONRenderer, ResponseJson]
    parser_classes = [AnyTextJson]  # of a thousand rows one may hold half a character: that is its own error
    schema = None  # no part of the OpenAPI document

    def get_renderers(self) -> list[BaseRenderer]:
        """A page is what a browser gets that comes without a query."""
        wants_page = self.request.method in {"GET", "HEAD"} and "query" not in self.request.GET
        return [*super().get_renderers(), *([GraphiQL()] if wants_page else [])]

    def get(self, request: Request) -> Response:
        if isinstance(request.accepted_renderer, GraphiQL):
            get_token(request._request)  # sets the cookie that a session needs to change anything
            return Response({}, headers={"Content-Security-Policy": POLICY})
        params: dict[str, Any] = request.query_params.dict()
        for name in ("variables", "extensions"):
            if name in params:
                params[name] = _parsed(name, params[name])
        return self._respond(request, params, reads_only=True)

    def post(self, request: Request) -> Response:
        if not isinstance(request.data, dict):
            raise Problem(problems.BAD_REQUEST, "a GraphQL request is an object: one at a time")
        return self._respond(request, request.data, reads_only=False)

    def _respond(self, request: Request, params: Mapping[str, Any], *, reads_only: bool) -> Response:
        result = execute_request(_graphql_request(params), request, reads_only=reads_only)
        return Response(result.body, status=self._status(request, result), headers={**result.headers, **PRIVATE})

    def _status(self, request: Request, result: GraphQLResult) -> int:
        """A client that takes only `application/json` may be an old one, for which all but 200 is a broken server."""
        old = request.accepted_media_type.partition(";")[0] == JSONRenderer.media_type
        return 200 if old and result.status not in {405, 503} else result.status


PRIVATE = {"Cache-Control": "no-store"}  # of one account, and by the next request of another


def _graphql_request(params: Mapping[str, Any]) -> GraphQLRequest:
    """Raises the problem BAD_REQUEST for what is no GraphQL request."""
    query, operation = params.get("query"), params.get("operationName")
    variables, extensions = params.get("variables"), params.get("extensions")
    if not isinstance(query, str) or not query:
        raise Problem(problems.BAD_REQUEST, "a GraphQL request has a query, which is a text")
    if not isinstance(operation, str | None):
        raise Problem(problems.BAD_REQUEST, "operationName is a text")
    if not isinstance(variables, dict | None) or not isinstance(extensions, dict | None):
        raise Problem(problems.BAD_REQUEST, "variables and extensions are objects")
    return GraphQLRequest(query, operation or None, variables or {})


def _parsed(name: str, text: str) -> Any:
    try:
        return strict_json.loads(text)
    except strict_json.InvalidJson as error:
        raise Problem(problems.BAD_REQUEST, f"{name} is not JSON: {error}") from error
