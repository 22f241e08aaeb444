"""The OpenAPI document: what every operation has in common, said once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

from systems.api.rest import StrictAPIView


class FieldError(serializers.Serializer[Any]):
    field = serializers.CharField(allow_blank=True, help_text="The field, or empty where it is about several.")
    code = serializers.CharField()
    message = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """Problem details (RFC 9457)."""

    type = serializers.CharField(
        help_text="A path on this server. A page there explains the problem; it never changes."
    )
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldError(many=True, required=False)  # type: ignore[assignment]  # a field, under the name of a property


MEANING = {
    400: "A field, or the whole body, needs another value.",
    401: "No token, or one that is not good any more.",
    403: "This account may not do that, or a session came without its CSRF token.",
    404: "It is not there, or it is not yours.",
    406: "There is no answer in a form that you accept.",
    409: "It contradicts what is there: the type says how.",
    412: "A condition of the request, such as If-Match, does not hold.",
    413: "The request body is too large.",
    415: "The body is not JSON.",
    422: "The Idempotency-Key came with another body before.",
    428: "A change needs If-Match.",
    429: "Too many attempts: wait for Retry-After.",
    503: "A part of the service does not answer: wait for Retry-After.",
}
VISIBLE = r"[^\s\x1c-\x1f\x85]"
PROBLEM_JSON = "application/problem+json"
# Of every operation. 400: also for an unknown name in the query. 413 and 415: also for a body where none is wanted.
ALWAYS = (400, 406, 412, 413, 415, 503)


def problems(*statuses: int) -> dict[tuple[int, str], Any]:
    """The problems of an operation's own, for its `responses`. `Schema` adds those that any request can meet."""
    return {(status, PROBLEM_JSON): _problem(status) for status in statuses}


def _problem(status: int) -> OpenApiResponse:
    return OpenApiResponse(Problem, description=MEANING[status])


def page_of(name: str, one: Any) -> Any:
    """A page of a list: results, and links to the neighbours."""
    return inline_serializer(
        name,
        {
            "results": one(many=True),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
        },
    )


class BearerScheme(SimpleJWTScheme):
    target_class = "systems.api.authentication.BearerAuthentication"


class TextSchema(OpenApiSerializerFieldExtension):
    """A text that must not be blank needs more than what Python's strip takes away, which a length does not say."""

    target_class = "systems.api.fields.Text"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        schema = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)
        return schema if self.target.allow_blank or not self.target.trim_whitespace else {**schema, "pattern": VISIBLE}


class InputSchema(OpenApiSerializerExtension):
    """What is not named in the document is refused."""

    target_class = "systems.api.fields.Input"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        if type(self.target).__doc__ is None:
            schema.pop("description", None)  # else that of the class it is derived from, which is about our code
        return {"properties": {}, **schema, "additionalProperties": False}


class MoneySchema(OpenApiSerializerFieldExtension):
    target_class = "systems.api.fields.Money"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        bounds = {"minimum": self.target.min_value or 0, "maximum": self.target.max_value or 999_999}
        return {"type": ["string", "integer"], "format": "decimal", "pattern": f"^{self.target.pattern}$", **bounds}


class Schema(AutoSchema):
    """Operations are grouped by the first word of their path after the version.

    An operation says which problems are its own. Those that any request can meet follow from how it is called: by the
    ways to sign in, its method, and its path.
    """

    def get_override_parameters(self) -> list[Any]:
        """What a GET may ask is what its view reads."""
        view = self.view if self.method == "GET" else None
        return [view.query_serializer_class] if isinstance(view, StrictAPIView) else []

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_operation(self, *where: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*where)
        if operation:
            _count_days(operation)
            own = (int(status) for status in operation["responses"] if status >= "400")
            answers = {str(status): self._problem(status) for status in {*own, *ALWAYS, *self._implied(operation)}}
            operation["responses"] = dict(sorted({**operation["responses"], **answers}.items()))
        return operation

    def _implied(self, operation: dict[str, Any]) -> Iterator[int]:
        """The statuses with which a request may be refused before the operation has its say."""
        ways = {name for way in operation.get("security", []) for name in way}
        if ways:
            yield 401  # for a token that is not good, even where none is needed
        if "cookieAuth" in ways and self.method not in SAFE_METHODS:
            yield 403  # without its CSRF token
        if "{" in self.path:
            yield 404

    def _problem(self, status: int) -> dict[str, Any]:
        """A reference to the answer with this status, which the document describes once."""
        answer = self._get_response_for_code(_problem(status), str(status), [PROBLEM_JSON])
        component = ResolvedComponent(f"Problem{status}", ResolvedComponent.RESPONSE, answer, object=status)
        self.registry.register_on_missing(component)
        return component.ref


def _count_days(operation: dict[str, Any]) -> None:
    """A day in an example is so many days from today: a date that is written down is in the past some day."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        for example in content.get("examples", {}).values():
            example["value"] = {name: _day(value) for name, value in example["value"].items()}


def _day(value: Any) -> Any:
    return str(timezone.now().date() + value) if isinstance(value, timedelta) else value
