"""Pieces of input that several views share."""

from typing import Any

from rest_framework import serializers

from systems.web.cursor import DEFAULT_SIZE, LARGEST_SIZE


class PageInput(serializers.Serializer[Any]):
    cursor = serializers.CharField(max_length=500, default="", allow_blank=True, help_text="From `next` or `previous`.")
    page_size = serializers.IntegerField(min_value=1, max_value=LARGEST_SIZE, default=DEFAULT_SIZE)


class DatesInput(serializers.Serializer[Any]):
    """A stay: from the day of arrival to the day of departure, whose night is free for the next guest."""

    check_in = serializers.DateField()
    check_out = serializers.DateField()

    def validate(self, fields: dict[str, Any]) -> dict[str, Any]:
        check_in, check_out = fields.get("check_in"), fields.get("check_out")
        if (check_in is None) != (check_out is None):
            raise serializers.ValidationError("check_in and check_out go together")
        if check_in and check_out and check_in >= check_out:
            raise serializers.ValidationError({"check_out": "must be after check_in"})
        return fields


class CommaSeparated(serializers.ListField):
    """A list in one parameter: `wifi,pool`."""

    def get_value(self, dictionary: Any) -> Any:
        said = dictionary.get(self.field_name, serializers.empty)
        return [part for part in said.split(",") if part] if isinstance(said, str) else said


def page_fields(fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Validated fields as what concerns the page, and all others."""
    page = {"cursor": fields.pop("cursor"), "size": fields.pop("page_size")}
    return page, fields
