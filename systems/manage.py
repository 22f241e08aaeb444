"""Django's commands for the systems: `python -m systems.manage migrate`."""

import os
import sys

from django.core.management import execute_from_command_line

from systems.entry import enter


def main() -> None:
    os.environ.setdefault("SYSTEMS_DATABASE_STATEMENT_SECONDS", "0")  # nobody waits for a migration to answer
    enter(lambda: execute_from_command_line(sys.argv))


if __name__ == "__main__":
    main()
