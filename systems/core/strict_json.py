"""One reader of JSON for all that comes from outside: bodies, variables of GraphQL, cursors.

Python's own reads more than JSON, and more than the rest can carry: NaN; numbers too large for a double, which
become "infinity"; a name that comes twice, of which the last wins; bytes of UTF-16; and, in Python 3.12 and later, five
thousand levels of brackets, at which whatever walks through them breaks.
Why own: "A strict reader of JSON" in DECISIONS.md.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

DEEPEST = 64  # levels of brackets
HALF = "half a character, a surrogate without its other half"


class InvalidJson(ValueError):
    """What is no JSON, or none that we read. Its words may go to the client."""


def loads(text: str | bytes) -> Any:
    """The value of a text of JSON. Its strings may hold half a character: see `half_characters`.

    Raises InvalidJson for what RFC 8259 does not have, numbers that no double holds or with thousands of digits, an
    object with the same name twice, bytes other than UTF-8, and more than DEEPEST levels.
    """
    try:
        text = text.decode() if isinstance(text, bytes) else text
        if text.startswith("\ufeff"):
            raise InvalidJson("it begins with a byte order mark")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number, parse_float=_double)
    except InvalidJson:
        raise
    except UnicodeDecodeError as error:
        raise InvalidJson("it is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise InvalidJson(str(error)) from error
    except ValueError as error:  # of `int`, whose work grows with the square of the digits
        raise InvalidJson("a number has thousands of digits") from error
    except RecursionError as error:
        raise InvalidJson(f"it is nested more than {DEEPEST} levels deep") from error
    _check_depth(value)
    return value


def half_characters(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    r"""The path of each string that holds half a character, such as "\ud800": JSON has them, UTF-8 can't write them."""
    if isinstance(value, str) and not is_whole(value):
        yield path
    elif isinstance(value, dict):
        for name, inside in value.items():
            yield from half_characters(inside, (*path, name))
    elif isinstance(value, list):
        for place, inside in enumerate(value):
            yield from half_characters(inside, (*path, str(place)))


def is_whole(text: str) -> bool:
    """Whether it contains no half of a surrogate pair by itself."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InvalidJson("an object has the same name twice")
    if not all(map(is_whole, found)):
        raise InvalidJson(f"a name holds {HALF}")
    return found


def _no_number(text: str) -> Any:
    raise InvalidJson(f"{text} is no number of JSON")


def _double(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise InvalidJson("a number is too large")
    return number


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [inside for one in level for inside in _inside(one) if isinstance(inside, dict | list)]
        if not level:
            return
    raise InvalidJson(f"it is nested more than {DEEPEST} levels deep")


def _inside(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
