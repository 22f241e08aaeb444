"""The OpenAPI document: what every operation has in common, said once."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers


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
    403: "This account may not do that.",
    404: "It is not there, or it is not yours.",
    409: "It contradicts what is there: the type says how.",
    412: "It has changed since you read it.",
    422: "The Idempotency-Key came with another body before.",
    428: "A change needs If-Match.",
    429: "Too many attempts: wait for Retry-After.",
}
VISIBLE = r"[^\s\x1c-\x1f\x85]"
ALWAYS = (405, 406, 415, 503)  # of every operation, so not repeated on each


def problems(*statuses: int) -> dict[tuple[int, str], Any]:
    """The problems that an operation may answer with, for its `responses`."""
    return {
        (status, "application/problem+json"): OpenApiResponse(Problem, description=MEANING[status])
        for status in statuses
    }


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


class TextSchema(OpenApiSerializerFieldExtension):
    """A text that must not be blank needs more than what Python's strip takes away, which a length does not say."""

    target_class = "systems.api.fields.Text"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        schema = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)
        return schema if self.target.allow_blank or not self.target.trim_whitespace else {**schema, "pattern": VISIBLE}


class MoneySchema(OpenApiSerializerFieldExtension):
    target_class = "systems.api.fields.Money"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        bounds = {"minimum": self.target.min_value or 0, "maximum": self.target.max_value or 999_999}
        return {"type": ["string", "integer"], "format": "decimal", "pattern": f"^{self.target.pattern}$", **bounds}


class Schema(AutoSchema):
    """Operations are grouped by the first word of their path after the version."""

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]
