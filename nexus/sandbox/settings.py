"""Settings from the environment. One that cannot be used ends the program with one line that says why."""

import os
import sys
from typing import NoReturn


def text(name: str, default: str | None = None) -> str:
    """A setting; empty counts as not set. Without a default it must be set."""
    value = os.environ.get(name) or default
    return value if value is not None else _refuse(f"{name} is not set")


def number(name: str, default: float | None = None, *, least: float, most: float) -> float:
    value = text(name, None if default is None else str(default))
    try:
        found = float(value)
    except ValueError:
        _refuse(f"{name} must be a number, got {value!r}")
    if not least <= found <= most:
        _refuse(f"{name} must be from {least} to {most}, got {value!r}")
    return found


def whole(name: str, default: int | None = None, *, least: int, most: int) -> int:
    found = number(name, default, least=least, most=most)
    return int(found) if found == int(found) else _refuse(f"{name} must be a whole number, got {text(name)!r}")


def port(name: str) -> int:
    return whole(name, least=1, most=65535)


def names(name: str) -> frozenset[str]:
    """A list with commas."""
    return frozenset(part.strip() for part in text(name, "").split(",") if part.strip())


def _refuse(why: str) -> NoReturn:
    sys.exit(why)
