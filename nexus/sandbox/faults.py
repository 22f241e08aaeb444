"""Faults on request: `POST /faults` says what goes wrong from now on, `GET /faults` what does.

A program's faults are the fields of one dataclass, each with a check of its value. What a POST does not name is well
again, so `{}` ends all of them. They are kept in memory: a program that is started again is well.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from nexus.sandbox.web import Handler, RefusedError

Check = Callable[[Any], bool]
Kind = TypeVar("Kind")


def fault(default: Any, what: str, check: Check) -> Any:
    """A field of a program's faults. what: a value that the check takes, for the one that it does not take."""
    return field(default=default, metadata={"what": what, "check": check})


def from_to(least: float, most: float) -> Check:
    return lambda value: is_number(value) and least <= value <= most


def count_to(most: int) -> Check:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def one_of(*values: object) -> Check:
    return lambda value: any(value == each and type(value) is type(each) for each in values)


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def read(kind: type[Kind], wanted: Mapping[str, Any]) -> Kind:
    """The faults that a request names. Raises RefusedError (400) for an unknown name and for a value out of bounds."""
    known = {each.name: each.metadata for each in fields(kind)}  # type: ignore[arg-type]
    for name, value in wanted.items():
        if name not in known:
            raise RefusedError(400, f"no fault is called {name!r}: there are {', '.join(known)}")
        if not known[name]["check"](value):
            raise RefusedError(400, f"{name} must be {known[name]['what']}, got {value!r}")
    return kind(**wanted)


@dataclass
class Switch:
    """Holds a program's faults. changed: called after each change."""

    faults: Any
    changed: Callable[[], object] = lambda: None

    def set(self, wanted: Mapping[str, Any]) -> None:
        self.faults = read(type(self.faults), wanted)
        self.changed()


class FaultsHandler(Handler):
    def initialize(self, switch: Switch) -> None:
        self.switch = switch

    def get(self) -> None:
        self.write(asdict(self.switch.faults))

    def post(self) -> None:
        self.switch.set(self.json_body())
        self.get()
