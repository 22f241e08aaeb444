"""Variables of the environment, each with a kind (kinds.py) that says what it may be.

All names begin with SYSTEMS_, so that what another project has exported is never taken for ours. What is missing or
wrong is collected, and `refuse` says all of it, a line for each variable.

Looked at: django-environ, which stops at the first error, passes over what is in excess in a URL, and knows no bounds;
and pydantic-settings, whose errors are several lines each and repeat the value, a secret too.
"""

import os
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TypeVar, cast

from django.core.exceptions import ImproperlyConfigured

PREFIX = "SYSTEMS_"
ALIKE = 0.85  # of 1: so alike to a name that it is one, mistyped
T = TypeVar("T")


class Environment:
    """Reads by the name without its prefix. A variable that is set to nothing counts as not set."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.names: list[str] = []
        self._variables, self._wrong = variables, dict[str, str]()

    def __call__(self, name: str, kind: Callable[[str], T], *, default: T | None = None) -> T:
        """The value as its kind has it. Without a default the variable must be set."""
        self.names.append(name)
        text = self._variables.get(PREFIX + name, "").strip()
        try:
            if text:
                return kind(text)
            if default is None:
                raise ValueError("must be set")
        except ValueError as error:
            self._wrong[name] = str(error)
        return cast(T, "") if default is None else default  # of no use: `refuse` ends the start

    def refuse(self) -> None:
        """Raises ImproperlyConfigured where a variable is missing, wrong, or one of ours mistyped."""
        for name in self._variables:
            unknown = name.startswith(PREFIX) and name.removeprefix(PREFIX) not in self.names
            if unknown and (near := get_close_matches(name, [PREFIX + one for one in self.names], 1, ALIKE)):
                self._wrong[name.removeprefix(PREFIX)] = f"is no setting: did you mean {near[0]}?"
        if self._wrong:
            raise ImproperlyConfigured("\n".join(f"{PREFIX}{name} {why}" for name, why in self._wrong.items()))


env = Environment(os.environ)
