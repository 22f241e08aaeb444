"""Values of GraphQL that need more care than the standard ones."""

import re
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

import graphene
from django.core.exceptions import ValidationError
from django.db import models
from graphene_django.converter import convert_django_field
from graphql import GraphQLError, IntValueNode, StringValueNode, Undefined
from graphql_relay import from_global_id

AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,2})?")
LARGEST_KEY = 2**63 - 1
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
MOMENT = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[Tt]{_TIME}:[0-5][0-9](?:[.][0-9]+)?(?:[Zz]|[+-]{_TIME})")


class Money(graphene.Scalar):
    """An amount: text such as "90.50", or a whole number. A fraction as a number is refused: no float is just 0.1."""

    @staticmethod
    def serialize(value: Decimal) -> str:
        return f"{value:.2f}"

    @staticmethod
    def parse_value(value: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | str) or not AMOUNT.fullmatch(str(value)):
            raise GraphQLError('must be an amount such as 90 or "90.50": text where it has cents')
        return Decimal(value)

    @classmethod
    def parse_literal(cls, node: Any, _variables: Any = None) -> Any:
        return cls.parse_value(node.value) if isinstance(node, StringValueNode | IntValueNode) else Undefined


class DateTime(graphene.DateTime):
    """A moment as RFC 3339 has it, with its offset: "2026-12-31T23:59:59Z", or with a fraction, or "+01:00"."""

    @staticmethod
    def parse_value(value: Any) -> datetime:
        if isinstance(value, str) and MOMENT.fullmatch(value):
            with suppress(ValueError):  # the 30th of February
                return datetime.fromisoformat(value.upper())
        raise GraphQLError('must be a moment with its offset, such as "2026-12-31T23:59:59Z"')


@convert_django_field.register(models.DateTimeField)  # type: ignore[untyped-decorator]  # it has no types
def _moment(field: "models.DateTimeField[Any, Any]", registry: Any = None) -> DateTime:
    """For graphene-django, whose own takes weeks, days of the year, and moments without an offset."""
    return DateTime(required=not field.null)


def key_of(id: str, type_name: str, field: str = "id") -> int:
    """The key that an ID means: a plain number as in the course, or a global one of this type.

    Raises Django's ValidationError, which names the field.
    """
    if id.isascii() and id.isdigit():
        return _key(id)
    found = from_global_id(id)
    if found.type != type_name or not (found.id.isascii() and found.id.isdigit()):
        raise ValidationError({field: [f"this is no id of a {type_name}"]})
    return _key(found.id)


def _key(digits: str) -> int:
    """A number that no row can have becomes one that no row has."""
    return int(digits) if len(digits) <= 19 and int(digits) <= LARGEST_KEY else 0


def type_of(id: str) -> str:
    """The type that a global ID names, or nothing."""
    return str(from_global_id(id).type)
