"""`manage.py seed --size small`: the same people, places, stays and reviews each time it runs on an empty database."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from systems.sample import data


class Command(BaseCommand):
    help = "Fill the database with sample data. What is there already is left as it is."

    requires_system_checks = []  # they load all views, which no sample data need and which takes a second

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", choices=list(data.LISTINGS), default="small")
        parser.add_argument("--migrate", action="store_true", help="Bring the tables up to date before.")

    def handle(self, *args: Any, size: str, migrate: bool, **options: Any) -> None:
        if migrate:
            call_command("migrate", verbosity=0)
        password = settings.SAMPLE_PASSWORD or secrets.token_urlsafe(12)
        made = data.fill(size, password)
        self.stdout.write(f"{made} listings, with their stays and reviews" if made else "the sample data are there")
        self.stdout.write(f"accounts: {', '.join(data.ACCOUNTS)}; password: {password}")
