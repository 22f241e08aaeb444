"""`manage.py openapi`: writes the checked-in OpenAPI document anew, unless that would break its readers."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from drf_spectacular.generators import SchemaGenerator

from systems.web.contract import breaking_changes

CHECKED_IN = Path(__file__).resolve().parents[3] / "openapi.json"


def current() -> dict[str, Any]:
    """The document as the code has it now, as plain JSON."""
    made: dict[str, Any] = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str))
    return made


class Command(BaseCommand):
    help = "Write systems/openapi.json. Refuses a change that breaks clients, unless --break says that it is meant."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--break", action="store_true", dest="may_break")

    def handle(self, *args: Any, may_break: bool, **options: Any) -> None:
        new = current()
        old = json.loads(CHECKED_IN.read_text()) if CHECKED_IN.exists() and not may_break else {"paths": {}}
        if broken := breaking_changes(old, new):
            raise CommandError("this breaks clients; add, or make a new version:\n" + "\n".join(broken))
        CHECKED_IN.write_text(json.dumps(new, indent=2, ensure_ascii=False) + "\n")
        self.stdout.write(f"wrote {CHECKED_IN.name}")
