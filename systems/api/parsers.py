"""Bodies of requests."""

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class Json(JSONParser):
    def parse(self, *arguments: Any, **options: Any) -> Any:
        try:
            return super().parse(*arguments, **options)
        except RecursionError as error:  # a hundred thousand brackets are a bad request, and no fault of ours
            raise ParseError("JSON parse error - nested too deeply") from error
