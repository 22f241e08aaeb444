"""The checked-in OpenAPI document. `make openapi` writes it again, unless that would break its readers."""

import json
import sys
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from nexus import paths
from tests.systems.contract import breaking_changes

CHECKED_IN = paths.ROOT / "systems" / "openapi.json"
TODAY = datetime(2030, 1, 1, tzinfo=UTC)  # in the checked-in copy: its examples count their days from here


def current() -> dict[str, Any]:
    """The document as the code has it now, as plain JSON."""
    from drf_spectacular.generators import SchemaGenerator  # reaches models, so only once Django is set up

    with patch("django.utils.timezone.now", return_value=TODAY):
        document = SchemaGenerator().get_schema(request=None, public=True)
    made: dict[str, Any] = json.loads(json.dumps(document, default=str))
    return made


def write(*, may_break: bool = False) -> None:
    """Ends the program for a change that breaks clients, unless `--break` says that it is meant."""
    new = current()
    old = json.loads(CHECKED_IN.read_text(encoding="utf-8")) if CHECKED_IN.exists() and not may_break else {"paths": {}}
    if broken := breaking_changes(old, new):
        sys.exit("this breaks clients; add, or make a new version:\n" + "\n".join(broken))
    CHECKED_IN.write_text(json.dumps(new, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {CHECKED_IN.name}")


if __name__ == "__main__":
    import django

    django.setup()
    write(may_break="--break" in sys.argv)
