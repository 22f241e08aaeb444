"""The checked-in GraphQL schema. `make graphql` writes it again, unless that would break its readers."""

import sys

from graphql import build_schema, find_breaking_changes, print_schema

from nexus import paths

CHECKED_IN = paths.ROOT / "systems" / "schema.graphql"


def breaking_changes(text: str) -> list[str]:
    """One line for each way in which a client of the schema in this text can fail on the one that the code has."""
    return [change.description for change in find_breaking_changes(build_schema(text), build_schema(current()))]


def current() -> str:
    """The schema as the code has it now."""
    from systems.crm.graph.schema import schema  # needs Django to be set up

    return print_schema(schema) + "\n"


def write(*, may_break: bool = False) -> None:
    """Ends the program for a change that breaks clients, unless `--break` says that it is meant."""
    if CHECKED_IN.exists() and not may_break and (broken := breaking_changes(CHECKED_IN.read_text(encoding="utf-8"))):
        sys.exit("this breaks clients; add, or mark what is old as deprecated:\n" + "\n".join(broken))
    CHECKED_IN.write_text(current(), encoding="utf-8")
    print(f"wrote {CHECKED_IN.name}")


if __name__ == "__main__":
    import django

    django.setup()
    write(may_break="--break" in sys.argv)
