"""Validators for fields of models, so that they hold however a row is made: a view, a task or a shell."""

from django.core.exceptions import ValidationError

from systems.core.strict_json import HALF, is_whole


def validate_text(value: str) -> None:
    """Raises Django's ValidationError for a text that Postgres can't keep: with a NUL, or with half a character."""
    if "\x00" in value:
        raise ValidationError("must not contain a NUL", code="null_characters_not_allowed")
    if not is_whole(value):
        raise ValidationError(f"must not contain {HALF}", code="surrogate")
