"""Pieces of input. They take just what the OpenAPI document says: REST framework's own also take a number as a text,
"2026W011" as a day, and other things that a client sends only by mistake.
"""

import re
from collections.abc import Iterable, Mapping
from copy import copy
from difflib import get_close_matches
from itertools import islice
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from systems.core.cursor import DEFAULT_SIZE, LARGEST_SIZE, NO_CURSOR

MOST_REFUSED = 20  # unknown names that are spoken of: to find the nearest takes a while
AMOUNT = r"(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,2})?"


class Text(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number in a body of JSON."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class WholeText(serializers.IntegerField):
    """A whole number in a query, where all is text. REST framework's own reads "1_0", " 1", "1.0" and Arabic digits."""

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch("0|-?[1-9][0-9]*", str(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class Identifier(serializers.UUIDField):
    """A UUID as the standard writes it. Python also reads one without dashes, in braces, after "urn:", and a number."""

    def to_internal_value(self, data: Any) -> UUID:
        if not re.fullmatch("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", str(data)):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Money(serializers.DecimalField):
    """An amount as text, "90.50", or as a whole number. A fraction as a number is refused: no float is exactly 0.1.

    pattern: for the OpenAPI document, where the bounds narrow the amounts down.
    """

    default_error_messages = {"invalid": 'must be an amount such as 90 or "90.50": text where it has cents'}

    def __init__(self, *, pattern: str = AMOUNT, **options: Any) -> None:
        super().__init__(max_digits=8, decimal_places=2, **options)
        self.pattern = pattern

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, float) and data.is_integer():
            data = int(data)  # 90.0 in JSON is the whole number 90
        if isinstance(data, bool) or not isinstance(data, int | str) or not re.fullmatch(AMOUNT, str(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class Day(serializers.DateField):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", data):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(data)


class CommaSeparated(serializers.ListField):
    """A list in one parameter: `wifi,pool`."""

    def get_value(self, dictionary: Any) -> Any:
        said = dictionary.get(self.field_name, serializers.empty)
        return [part for part in said.split(",") if part] if isinstance(said, str) else said


class Input(serializers.Serializer[Any]):
    """What a client sends. A name that it does not know is refused: dropped in silence, a slip looks like a success.

    not_taken: names that clients send by mistake, each with what to do instead.
    """

    not_taken: Mapping[str, str] = {}

    def get_fields(self) -> dict[str, Any]:
        """A copy of each declared field, to be bound. REST framework makes every one again, for every request.

        That was a tenth of a search. So what a field holds, such as the child of a list, is shared and never changed.
        """
        return {name: copy(field) for name, field in self._declared_fields.items()}

    def to_internal_value(self, data: Any) -> Any:
        """Unknown names are refused beside what else is wrong."""
        refused = self._refused(data) if isinstance(data, Mapping) else {}
        try:
            fields = super().to_internal_value(data)
        except serializers.ValidationError as error:
            found: Any = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
            raise serializers.ValidationError({**found, **refused}) from error
        if refused:
            raise serializers.ValidationError(refused)
        return fields

    def _refused(self, data: Mapping[str, Any]) -> dict[str, Any]:
        mistaken = {name: [why] for name, why in self.not_taken.items() if name in data}
        unknown = (name for name in data if name not in self.fields and name not in mistaken)
        return {**mistaken, **{name: [_unknown(name, self.fields)] for name in islice(unknown, MOST_REFUSED)}}


def _unknown(name: str, known: Iterable[str]) -> ErrorDetail:
    near = get_close_matches(name, known, 1)
    advice = f"did you mean {near[0]}?" if near else f"known: {', '.join(known) or 'none'}"
    return ErrorDetail(f"unknown; {advice}", "unknown")


def read(serializer: type[Input], data: Any, **options: Any) -> dict[str, Any]:
    """What a client sent, as values. Raises REST framework's ValidationError, by field."""
    found = serializer(data=data, **options)
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)


class PageInput(Input):
    cursor = serializers.RegexField(
        r"\A[A-Za-z0-9_-]+\Z",
        max_length=500,
        default=None,
        help_text="From `next` or `previous`.",
        error_messages={"invalid": NO_CURSOR},
    )
    page_size = WholeText(min_value=1, max_value=LARGEST_SIZE, default=DEFAULT_SIZE)


class DatesInput(Input):
    """A stay: from the day of arrival to the day of departure, whose night is free for the next guest."""

    check_in = Day()
    check_out = Day()

    def validate(self, fields: dict[str, Any]) -> dict[str, Any]:
        check_in, check_out = fields.get("check_in"), fields.get("check_out")
        if (check_in is None) != (check_out is None):
            raise serializers.ValidationError("check_in and check_out go together")
        if check_in and check_out and check_in >= check_out:
            raise serializers.ValidationError({"check_out": "must be after check_in"})
        return fields


def query(request: Request) -> dict[str, str]:
    """What the query says. A name that comes twice has both values, with a comma: none is dropped unseen."""
    return {name: ",".join(values) for name, values in request.query_params.lists()}


def page_arguments(fields: dict[str, Any]) -> dict[str, Any]:
    """What concerns the page, taken out of validated fields."""
    return {name: fields.pop(name) for name in ("cursor", "page_size")}
