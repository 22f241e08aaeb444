"""Bodies of requests."""

from itertools import islice
from typing import IO, Any

from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

from systems.core import strict_json

MOST_NAMED = 20  # fields that are named in one answer


class AnyTextJson(JSONParser):
    """JSON whose strings may hold half a character, for a reader that looks at each string where it is used."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return strict_json.loads(stream.read())
        except strict_json.InvalidJson as error:
            raise ParseError(f"the body is not JSON: {error}") from error


class Json(AnyTextJson):
    """JSON all of whose strings can be kept, logged and sent back."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        value = super().parse(stream, media_type, parser_context)
        if halves := list(islice(strict_json.half_characters(value), MOST_NAMED)):
            raise ValidationError({".".join(path): [f"must not contain {strict_json.HALF}"] for path in halves})
        return value
