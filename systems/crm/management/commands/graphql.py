"""`manage.py graphql`: writes the checked-in GraphQL schema anew, unless that would break its readers."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from graphql import build_schema, find_breaking_changes, print_schema

from systems.crm.graph.schema import schema

CHECKED_IN = Path(__file__).resolve().parents[3] / "schema.graphql"


def breaking_changes(text: str) -> list[str]:
    """One line for each way in which a client of the schema in this text can fail on the one that the code has."""
    return [change.description for change in find_breaking_changes(build_schema(text), build_schema(current()))]


def current() -> str:
    """The schema as the code has it now."""
    return print_schema(schema) + "\n"


class Command(BaseCommand):
    help = "Write systems/schema.graphql. Refuses a change that breaks clients, unless --break says that it is meant."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--break", action="store_true", dest="may_break")

    def handle(self, *args: Any, may_break: bool, **options: Any) -> None:
        if CHECKED_IN.exists() and not may_break and (broken := breaking_changes(CHECKED_IN.read_text())):
            raise CommandError("this breaks clients; add, or mark what is old as deprecated:\n" + "\n".join(broken))
        CHECKED_IN.write_text(current())
        self.stdout.write(f"wrote {CHECKED_IN.name}")
